import type { Command } from "./command.ts";

/** A command as the program knows it before its module is loaded. */
export interface Entry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

/** The commands in the order in which help lists them. Each one's module is loaded only when it is called. */
export const COMMANDS: readonly Entry[] = [
  {
    name: "save",
    summary: "save a memory",
    load: async () => (await import("./commands/save.ts")).save,
  },
  {
    name: "search",
    summary: "find memories by words, or list the newest",
    load: async () => (await import("./commands/search.ts")).search,
  },
  {
    name: "get",
    summary: "show one memory",
    load: async () => (await import("./commands/get.ts")).get,
  },
  {
    name: "get-memory",
    summary: "the same as get",
    load: async () => (await import("./commands/get.ts")).get,
  },
  {
    name: "delete",
    summary: "delete one memory, or many by selectors",
    load: async () => (await import("./commands/delete.ts")).deleteCommand,
  },
  {
    name: "status",
    summary: "who this is, what is stored, what needs attention",
    load: async () => (await import("./commands/status.ts")).status,
  },
  {
    name: "init",
    summary: "set this host up",
    load: async () => (await import("./commands/init.ts")).init,
  },
  {
    name: "mcp",
    summary: "serve the memory to an agent (mcp serve)",
    load: async () => (await import("./commands/mcp.ts")).mcp,
  },
  {
    name: "import",
    summary: "take over what the Python version saved",
    load: async () => (await import("./commands/import.ts")).importCommand,
  },
  {
    name: "backfill-metadata",
    summary: "complete memories that lack a subject or summary",
    load: async () => (await import("./commands/backfill_metadata.ts")).backfillMetadata,
  },
  {
    name: "gc",
    summary: "drop bodies of memories deleted long ago, or erase one for good",
    load: async () => (await import("./commands/gc.ts")).gc,
  },
  {
    name: "gc-observations",
    summary: "show and take away what has expired",
    load: async () => (await import("./commands/gc_observations.ts")).gcObservations,
  },
  {
    name: "drain",
    summary: "send what waits to go out",
    load: async () => (await import("./commands/drain.ts")).drain,
  },
  {
    name: "reindex",
    summary: "make the search index anew",
    load: async () => (await import("./commands/reindex.ts")).reindex,
  },
  {
    name: "salvage",
    summary: "set a damaged database aside and keep what can be read",
    load: async () => (await import("./commands/salvage.ts")).salvage,
  },
  {
    name: "quarantine",
    summary: "list records that were kept aside",
    load: async () => (await import("./commands/quarantine.ts")).quarantine,
  },
  {
    name: "secrets",
    summary: "list or allow records that look as if they held a secret",
    load: async () => (await import("./commands/secrets.ts")).secrets,
  },
];
