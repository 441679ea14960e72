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
    summary: "the same as get, by its old name",
    load: async () => (await import("./commands/get.ts")).get,
  },
  {
    name: "edit",
    summary: "change a memory in an editor, or by options",
    load: async () => (await import("./commands/edit.ts")).editCommand,
  },
  {
    name: "tag",
    summary: "give a memory tags, or take some away",
    load: async () => (await import("./commands/tag.ts")).tag,
  },
  {
    name: "supersede",
    summary: "replace a memory with a new text or another memory",
    load: async () => (await import("./commands/supersede.ts")).supersede,
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
    name: "peer",
    summary: "take part in the mesh for as long as it runs",
    load: async () => (await import("./commands/peer.ts")).peer,
  },
  {
    name: "peer status",
    summary: "how this host's part of the mesh is",
    load: async () => (await import("./commands/peer_status.ts")).peerStatus,
  },
  {
    name: "peer install",
    summary: "have the system run the peer",
    load: async () => (await import("./commands/peer_install.ts")).peerInstall,
  },
  {
    name: "sync",
    summary: "one round with the mesh: take what is there, send what waits",
    load: async () => (await import("./commands/peer.ts")).syncCommand,
  },
  {
    name: "realign-index",
    summary: "compare with everything that the mesh holds; the peer must not run",
    load: async () => (await import("./commands/realign_index.ts")).realignIndex,
  },
  {
    name: "share",
    summary: "send memories to the mesh that were kept here",
    load: async () => (await import("./commands/share.ts")).shareCommand,
  },
  {
    name: "migrate-visibility",
    summary: "give memories of before there were tiers a place in the mesh",
    load: async () => (await import("./commands/migrate_visibility.ts")).migrateVisibility,
  },
  {
    name: "scope list",
    summary: "the scopes that this host declares",
    load: async () => (await import("./commands/scope.ts")).scopeList,
  },
  {
    name: "scope add",
    summary: "declare a user's or team's scope",
    load: async () => (await import("./commands/scope.ts")).scopeAdd,
  },
  {
    name: "scope remove",
    summary: "no longer declare one",
    load: async () => (await import("./commands/scope.ts")).scopeRemove,
  },
  {
    name: "mesh start",
    summary: "try a mesh out: a hub for as long as it runs",
    load: async () => (await import("./commands/mesh.ts")).meshStart,
  },
  {
    name: "mesh join",
    summary: "try a mesh out: connect to such a hub",
    load: async () => (await import("./commands/mesh.ts")).meshJoin,
  },
  {
    name: "tls init-ca",
    summary: "make this host the authority that signs the mesh's certificates",
    load: async () => (await import("./commands/tls_init_ca.ts")).tlsInitCa,
  },
  {
    name: "tls request",
    summary: "ask the authority for a certificate",
    load: async () => (await import("./commands/tls_request.ts")).tlsRequest,
  },
  {
    name: "tls sign",
    summary: "sign what a host asks for",
    load: async () => (await import("./commands/tls_sign.ts")).tlsSign,
  },
  {
    name: "tls install",
    summary: "take the certificate that was signed",
    load: async () => (await import("./commands/tls_install.ts")).tlsInstall,
  },
  {
    name: "tls enroll",
    summary: "ask, have signed and take it, in one, over ssh",
    load: async () => (await import("./commands/tls_enroll.ts")).tlsEnroll,
  },
  {
    name: "tls allow-enroll",
    summary: "let hosts enrol for a while without asking",
    load: async () => (await import("./commands/tls_allow_enroll.ts")).tlsAllowEnroll,
  },
  {
    name: "tls info",
    summary: "this host's certificates, and those that it signed",
    load: async () => (await import("./commands/tls_info.ts")).tlsInfo,
  },
  {
    name: "tls renew",
    summary: "a new certificate before the old one ends",
    load: async () => (await import("./commands/tls_renew.ts")).tlsRenew,
  },
  {
    name: "tls revoke",
    summary: "take certificates back",
    load: async () => (await import("./commands/tls_revoke.ts")).tlsRevoke,
  },
  {
    name: "engine info",
    summary: "which router this program runs",
    load: async () => (await import("./commands/engine.ts")).info,
  },
  {
    name: "engine path",
    summary: "where it is",
    load: async () => (await import("./commands/engine.ts")).path,
  },
  {
    name: "engine verify",
    summary: "whether it is what it should be",
    load: async () => (await import("./commands/engine.ts")).verify,
  },
  {
    name: "ui",
    summary: "look at the memory in a browser on this machine",
    load: async () => (await import("./commands/ui.ts")).ui,
  },
  {
    name: "message send",
    summary: "send a message to other agents",
    load: async () => (await import("./commands/message_send.ts")).messageSend,
  },
  {
    name: "message inbox",
    summary: "list messages from other agents",
    load: async () => (await import("./commands/message_inbox.ts")).messageInbox,
  },
  {
    name: "message read",
    summary: "show a message",
    load: async () => (await import("./commands/message_read.ts")).messageRead,
  },
  {
    name: "message ack",
    summary: "tell the sender that a message was dealt with",
    load: async () => (await import("./commands/message_ack.ts")).messageAck,
  },
  {
    name: "message watch",
    summary: "print messages as they come",
    load: async () => (await import("./commands/message_watch.ts")).messageWatch,
  },
  {
    name: "message thread",
    summary: "show the conversation that a message belongs to",
    load: async () => (await import("./commands/message_thread.ts")).messageThread,
  },
  {
    name: "message status",
    summary: "who has acknowledged a message",
    load: async () => (await import("./commands/message_status.ts")).messageStatus,
  },
  {
    name: "message promote",
    summary: "make a memory of a message",
    load: async () => (await import("./commands/message_promote.ts")).messagePromote,
  },
  {
    name: "message purge",
    summary: "erase the content of expired messages",
    load: async () => (await import("./commands/message_purge.ts")).messagePurge,
  },
  {
    name: "agents",
    summary: "list the agents that are there now",
    load: async () => (await import("./commands/agents.ts")).agents,
  },
  {
    name: "mcp serve",
    summary: "serve the memory to an agent; agents start this themselves",
    load: async () => (await import("./commands/mcp.ts")).mcp,
  },
  {
    name: "mcp install",
    summary: "register the memory with your agents",
    load: async () => (await import("./commands/mcp_install.ts")).mcpInstall,
  },
  {
    name: "mcp uninstall",
    summary: "take that away again",
    load: async () => (await import("./commands/mcp_uninstall.ts")).mcpUninstall,
  },
  {
    name: "mcp list",
    summary: "which agents are here, and what is registered with them",
    load: async () => (await import("./commands/mcp_list.ts")).mcpList,
  },
  {
    name: "mcp verify",
    summary: "start what is registered and speak MCP with it",
    load: async () => (await import("./commands/mcp_verify.ts")).mcpVerify,
  },
  {
    name: "mcp rollback",
    summary: "put back what the last install or uninstall changed",
    load: async () => (await import("./commands/mcp_rollback.ts")).mcpRollback,
  },
  {
    name: "doctor",
    summary: "look whether all is well, and what mends it",
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  {
    name: "hook",
    summary: "what agents' hooks call",
    load: async () => (await import("./commands/hook.ts")).hook,
  },
  {
    name: "import",
    summary: "take memories in from files, of other programs too",
    load: async () => (await import("./commands/import.ts")).importCommand,
  },
  {
    name: "export",
    summary: "write memories out, for other programs or for the Python version",
    load: async () => (await import("./commands/export.ts")).exportCommand,
  },
  {
    name: "backup",
    summary: "put everything of this host into one file, while it is in use",
    load: async () => (await import("./commands/backup.ts")).backupCommand,
  },
  {
    name: "restore",
    summary: "bring back what a backup holds",
    load: async () => (await import("./commands/restore.ts")).restore,
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
    name: "purge",
    summary: "undo what one host did: delete what it wrote, bring back what it deleted",
    load: async () => (await import("./commands/purge.ts")).purge,
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
  {
    name: "completion",
    summary: "print the script that completes command lines in a shell",
    load: async () => (await import("./commands/completion.ts")).completion,
  },
  {
    name: "man",
    summary: "print the manual page",
    load: async () => (await import("./commands/man.ts")).man,
  },
];
