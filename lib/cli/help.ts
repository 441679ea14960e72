import { COMMANDS, type Entry } from "./table.ts";

/** What commands are for, and the first words of their names, in the order in which help lists them. */
const GROUPS: readonly (readonly [title: string, words: readonly string[]])[] = [
  ["Memories", ["save", "search", "get", "edit", "tag", "supersede", "delete", "ui"]],
  ["Agents", ["mcp", "agents", "message", "hook"]],
  ["This host", ["status", "doctor", "init", "import", "export", "backup", "restore", "completion", "man"]],
  ["Several hosts", ["peer", "sync", "share", "scope", "mesh", "drain", "realign-index", "engine", "tls"]],
  [
    "Care",
    ["gc", "gc-observations", "quarantine", "secrets", "purge", "salvage", "reindex", "backfill-metadata"],
  ],
];

/** The rest: what is only there for those who come from the Python version. */
const OTHERS = "From the Python version";

/** All commands, by what they are for. */
export function commandGroups(): { readonly title: string; readonly commands: readonly Entry[] }[] {
  const firstWord = ({ name }: Entry) => name.split(" ")[0] ?? "";
  const grouped = new Set(GROUPS.flatMap(([, words]) => words));
  const groups = GROUPS.map(([title, words]) => ({
    title,
    commands: words.flatMap((word) => COMMANDS.filter((entry) => firstWord(entry) === word)),
  }));
  const others = COMMANDS.filter((entry) => !grouped.has(firstWord(entry)));
  return [...groups, { title: OTHERS, commands: others }].filter(({ commands }) => commands.length > 0);
}

/** Commands with what they do, a line each. */
export function listed(commands: readonly Entry[], width = longest(commands)): string {
  return commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join("\n");
}

/** What `--help` prints. */
export function mainHelp(program: string): string {
  const width = longest(COMMANDS);
  return [
    `${program}: a memory that AI coding agents share, across tools and hosts`,
    "",
    `Usage: ${program} <command> [options]`,
    "",
    ...commandGroups().flatMap(({ title, commands }) => [`${title}:`, listed(commands, width), ""]),
    "Options:",
    "  -h, --help     show this help, or a command's after its name",
    "  -V, --version  show the version",
    "  --rebuild      before a command on the memory: compare with all that the mesh holds",
    "  --debug        show where an unexpected error came from",
  ].join("\n");
}

function longest(commands: readonly Entry[]): number {
  return Math.max(...commands.map(({ name }) => name.length));
}
