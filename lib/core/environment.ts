/** Reads an environment variable; undefined when it is unset. Passed in, so that tests set it. */
export type ReadVariable = (name: string) => string | undefined;

/** The variables of ours, without their prefix (compat data §3.7). */
export const OUR_VARIABLES = [
  "STATE_DIR",
  "INDEX_DB",
  "BACKEND",
  "AGENT_FAMILY",
  "CLIENT_ID",
  "SESSION_ID",
  "USER_ID",
  "TEAM_ID",
  "DEFAULT_VISIBILITY",
  "MCP_ALLOW_TTY",
  "MESSAGING_PRESENCE_MESH",
  "ENGINE_DIR",
  "CA_PASSPHRASE_FILE",
] as const;

/** The name of one of our variables, without its prefix. */
export type OurVariable = typeof OUR_VARIABLES[number];

/** What the program takes from its environment. Blank counts as unset everywhere (compat data §3.7). */
export interface Environment {
  /** A variable of ours, `KIOKU_MESH_<name>`, else the older `MESH_MEM_<name>`. */
  ours(name: OurVariable): string | undefined;
  /** Any other variable. */
  other(name: string): string | undefined;
  /** The old names that were used, for one warning. */
  oldNames(): readonly string[];
}

/** Takes variables through `read`. */
export function environment(read: ReadVariable): Environment {
  const old = new Set<string>();
  const present = (name: string) => {
    const value = read(name);
    return value === undefined || value.trim() === "" ? undefined : value;
  };
  return {
    ours(name) {
      const value = present(`KIOKU_MESH_${name}`);
      if (value !== undefined) return value;
      const older = present(`MESH_MEM_${name}`);
      if (older !== undefined) old.add(`MESH_MEM_${name}`);
      return older;
    },
    other: present,
    oldNames: () => [...old],
  };
}
