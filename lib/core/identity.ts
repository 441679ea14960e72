import type { Environment } from "./environment.ts";
import { newSessionId } from "./ids.ts";
import { type Authorship, keyChunk } from "./keyspace.ts";
import type { Micros } from "./clock.ts";
import type { Random } from "./random.ts";

/** Who writes: the four names that every record and key carries, and where the first two come from. */
export interface Identity extends Authorship {
  readonly agentFamilySource: string;
  readonly clientIdSource: string;
  /** Whether the session was named by who started the program; else it is this process's own. */
  readonly sessionNamed: boolean;
  /** What to tell the user once, when the agent could not be told. */
  readonly warning: string | undefined;
}

/** What the operating system says about user and machine. */
export interface Login {
  readonly user: string;
  readonly host: string;
}

// Variables that the agents' launchers set for their children (compat data §3.7).
const LAUNCHERS: readonly (readonly [variable: string, family: string])[] = [
  ["CLAUDECODE", "claude"],
  ["CLAUDE_CODE_ENTRYPOINT", "claude"],
  ["CODEX_SANDBOX", "codex"],
  ["GEMINI_CLI", "gemini"],
  ["GEMINI_SANDBOX", "gemini"],
];

/** The variables that tell which agent started us. */
export const LAUNCHER_VARIABLES: readonly string[] = LAUNCHERS.map(([variable]) => variable);

/**
 * Resolves who writes (compat data §2.1, §3.7). What the environment names is made safe for keys, so that payload and
 * key always agree.
 */
export function resolveIdentity(
  env: Environment,
  login: Login,
  pcId: string,
  now: Micros,
  random: Random,
): Identity {
  const family = resolveFamily(env);
  const client = env.ours("CLIENT_ID");
  const session = env.ours("SESSION_ID");
  return {
    agentFamily: keyChunk(family.name),
    agentFamilySource: family.source,
    clientId: client === undefined ? `${keyChunk(login.user)}@${keyChunk(login.host)}` : keyChunk(client),
    clientIdSource: client === undefined
      ? "default — set KIOKU_MESH_CLIENT_ID to override"
      : "from KIOKU_MESH_CLIENT_ID",
    pcId: keyChunk(pcId),
    sessionNamed: session !== undefined,
    sessionId: session === undefined ? newSessionId(now, random) : keyChunk(session),
    warning: family.warning,
  };
}

function resolveFamily(env: Environment): { name: string; source: string; warning?: string } {
  const named = env.ours("AGENT_FAMILY");
  if (named !== undefined) return { name: named, source: "from KIOKU_MESH_AGENT_FAMILY" };
  const found = new Set(
    LAUNCHERS.filter(([variable]) => env.other(variable) !== undefined).map(([, f]) => f),
  );
  const [only] = found;
  if (only !== undefined && found.size === 1) return { name: only, source: "auto-detected" };
  const source = "default — set KIOKU_MESH_AGENT_FAMILY to override";
  if (found.size === 0) return { name: "unknown", source };
  const warning =
    `The agent could not be told apart (${[...found].join(", ")} at once); memories are saved as by ` +
    `"unknown". Set KIOKU_MESH_AGENT_FAMILY.`;
  return { name: "unknown", source, warning };
}
