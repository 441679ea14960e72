/**
 * How the search index is cut into tokens: at blanks alone, since the analyzer has cut the text already (of all
 * characters only U+0020 and U+0000 part tokens: tests/unit/memory/search/tokenizer_test.ts).
 */
export const FTS5_TOKENIZER =
  "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Z* C*' separators ' '";

/**
 * The statement that makes a search index under a name: analyzed text by row of observation, and the values to filter
 * by as tokens of their own (lib/memory/search/index.ts).
 */
export function searchIndexTable(name: string): string {
  return `CREATE VIRTUAL TABLE ${name} USING fts5 (
    subject, tags, summary, content, parts, keys,
    content = '', contentless_delete = 1, tokenize = "${FTS5_TOKENIZER}"
  );`;
}

/**
 * The steps from an empty file to today's schema: step n takes a database of version n to n + 1. A step that a release
 * has shipped is never changed. Which module owns which table stands beside it.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- Small facts about this database (lib/store/meta.ts).
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- Who wrote: the four identity chunks of a key, once each (lib/memory/records.ts).
  CREATE TABLE author (
    author INTEGER PRIMARY KEY,
    agent_family TEXT NOT NULL, client_id TEXT NOT NULL, pc_id TEXT NOT NULL, session_id TEXT NOT NULL,
    UNIQUE (agent_family, client_id, pc_id, session_id)
  ) STRICT;

  -- Observations, one row a record (scope, id); state: 0 live, 1 tombstoned, 2 shadowed, 3 purged (lib/memory/records.ts).
  CREATE TABLE observation (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL, scope TEXT NOT NULL,
    author INTEGER NOT NULL REFERENCES author,
    project TEXT NOT NULL, memory_type TEXT NOT NULL, importance INTEGER NOT NULL,
    created_at INTEGER NOT NULL, expires_at INTEGER,
    subject_key TEXT,
    state INTEGER NOT NULL, shadowed_at INTEGER,
    payload TEXT NOT NULL,
    UNIQUE (id, scope)
  ) STRICT;
  CREATE INDEX observation_recent ON observation (created_at, row) WHERE state = 0;
  CREATE INDEX observation_project ON observation (project, created_at, row) WHERE state = 0;
  -- All that candidates of a decision are asked for, in their order, so that SQLite does not go through the project instead.
  CREATE INDEX observation_subject ON observation (subject_key, project, memory_type, scope, created_at, row)
    WHERE subject_key IS NOT NULL;
  CREATE INDEX observation_expiry ON observation (expires_at) WHERE expires_at IS NOT NULL;
  CREATE INDEX observation_author ON observation (author, state, created_at);
  CREATE INDEX observation_hidden ON observation (state) WHERE state <> 0;

  -- Deletions, for ever (DESIGN §5); author as in the observation's key (lib/memory/records.ts).
  CREATE TABLE tombstone (
    id TEXT NOT NULL, scope TEXT NOT NULL,
    author INTEGER NOT NULL REFERENCES author,
    deleted_at INTEGER NOT NULL, payload TEXT NOT NULL,
    PRIMARY KEY (id, scope)
  ) STRICT, WITHOUT ROWID;

  -- Which record says that it supersedes which (lib/memory/supersede.ts).
  CREATE TABLE supersede (
    loser TEXT NOT NULL, scope TEXT NOT NULL, winner TEXT NOT NULL,
    PRIMARY KEY (loser, scope, winner)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX supersede_winner ON supersede (winner, scope);

  -- Tags, source files and references, to filter by (lib/memory/facets.ts).
  CREATE TABLE facet (
    kind TEXT NOT NULL, value TEXT NOT NULL, row INTEGER NOT NULL,
    PRIMARY KEY (kind, value, row)
  ) STRICT, WITHOUT ROWID;

  -- Records that do not agree with their key or cannot be read: kept, never live (lib/store/quarantine.ts).
  CREATE TABLE quarantine (
    row INTEGER PRIMARY KEY,
    key TEXT NOT NULL, digest TEXT NOT NULL, reason TEXT NOT NULL, seen_at INTEGER NOT NULL,
    payload TEXT NOT NULL,
    UNIQUE (key, digest)
  ) STRICT;

  -- Records that came with what looks like a secret; not sent out until allowed (lib/memory/secrets/flags.ts).
  CREATE TABLE secret_flag (
    id TEXT NOT NULL, scope TEXT NOT NULL, rule TEXT NOT NULL, field TEXT NOT NULL, allowed_at INTEGER,
    PRIMARY KEY (id, scope, rule, field)
  ) STRICT, WITHOUT ROWID;

  -- What still has to go out to the mesh; only written where a mesh is configured (lib/store/outbox.ts).
  CREATE TABLE outbox (
    row INTEGER PRIMARY KEY,
    kind TEXT NOT NULL, id TEXT NOT NULL, scope TEXT NOT NULL,
    queued_at INTEGER NOT NULL,
    UNIQUE (kind, id, scope)
  ) STRICT;

  -- Records that this host keeps to itself, since nobody chose to share them when it joined (lib/memory/at_home.ts).
  CREATE TABLE at_home (id TEXT NOT NULL, scope TEXT NOT NULL, PRIMARY KEY (id, scope)) STRICT, WITHOUT ROWID;

  -- Files of Python's version and how they looked when they were last read (lib/store/python/sources.ts).
  CREATE TABLE import_source (
    path TEXT PRIMARY KEY, stamp TEXT NOT NULL, imported_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  ${searchIndexTable("search_index")}
  `,
  `
  -- Hosts' certificates that an authority trusted here has signed (lib/trust/certificates.ts).
  CREATE TABLE certificate (
    id TEXT PRIMARY KEY, authority TEXT NOT NULL, serial TEXT NOT NULL, cn TEXT NOT NULL,
    host TEXT NOT NULL, user TEXT, teams TEXT NOT NULL, signer TEXT, not_after INTEGER NOT NULL,
    payload TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX certificate_host ON certificate (host);

  -- Certificates that the authority has taken back (lib/trust/certificates.ts).
  CREATE TABLE revocation (
    id TEXT PRIMARY KEY, authority TEXT NOT NULL, serial TEXT NOT NULL, revoked_at INTEGER NOT NULL,
    payload TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- What the signature of a record came to; a record without one has no row (lib/trust/verdicts.ts).
  CREATE TABLE signature (
    id TEXT NOT NULL, scope TEXT NOT NULL, kind TEXT NOT NULL,
    state INTEGER NOT NULL, certificate TEXT NOT NULL, seen_at INTEGER NOT NULL,
    PRIMARY KEY (id, scope, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX signature_certificate ON signature (certificate, state);
  CREATE INDEX quarantine_reason ON quarantine (reason);
  `,
  `
  -- Messages, one row a record (scope, id); state: 0 live, 1 retired, then only a stub is left (lib/messaging/records.ts).
  -- A later row came later. target: empty for all, agent/ID or session/ID.
  CREATE TABLE message (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL, scope TEXT NOT NULL, target TEXT NOT NULL,
    sender TEXT NOT NULL, sender_session TEXT NOT NULL, sender_seq INTEGER,
    thread TEXT NOT NULL,
    created_at INTEGER NOT NULL, expires_at INTEGER, received_at INTEGER NOT NULL,
    own INTEGER NOT NULL,
    state INTEGER NOT NULL,
    hash TEXT NOT NULL, payload TEXT NOT NULL,
    UNIQUE (scope, id)
  ) STRICT;
  CREATE INDEX message_target ON message (scope, target, row) WHERE state = 0;
  CREATE INDEX message_expiry ON message (expires_at) WHERE state = 0 AND expires_at IS NOT NULL;
  CREATE INDEX message_stream ON message (sender_session, scope, target, sender_seq) WHERE sender_seq IS NOT NULL;
  CREATE INDEX message_thread ON message (thread);

  -- Acknowledgements, by message and session; payload is empty for those that Python's version kept
  -- (lib/messaging/acks.ts).
  CREATE TABLE ack (
    message TEXT NOT NULL, session TEXT NOT NULL, scope TEXT NOT NULL,
    id TEXT NOT NULL, agent TEXT NOT NULL,
    acked_at INTEGER NOT NULL, kept_until INTEGER NOT NULL, hidden INTEGER NOT NULL DEFAULT 0,
    payload TEXT NOT NULL,
    PRIMARY KEY (message, session, scope)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX ack_id ON ack (scope, id);
  CREATE INDEX ack_kept ON ack (kept_until);

  -- Ids of messages that Python's version had retired (lib/messaging/records.ts).
  CREATE TABLE retired_message (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

  -- Which messages a session of this host was shown (lib/messaging/mail.ts).
  CREATE TABLE delivery (
    session TEXT NOT NULL, message INTEGER NOT NULL, delivered_at INTEGER NOT NULL,
    PRIMARY KEY (session, message)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX delivery_message ON delivery (message);

  -- Sessions of this host: since when, and up to which row their mail has been gone through (lib/messaging/sessions.ts).
  CREATE TABLE session (
    session TEXT PRIMARY KEY,
    agent TEXT NOT NULL, agent_family TEXT NOT NULL, project TEXT NOT NULL,
    started_at INTEGER NOT NULL, ended_at INTEGER,
    scopes TEXT NOT NULL, gone_through INTEGER NOT NULL, checked_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Which session holds which lock of the host (lib/messaging/sessions.ts, lib/store/slots.ts).
  CREATE TABLE session_slot (slot INTEGER PRIMARY KEY, session TEXT NOT NULL) STRICT;

  -- Sessions of other hosts, as the mesh shows them in a scope; expires_at: heartbeats of Python hosts alone
  -- (lib/messaging/presence.ts).
  CREATE TABLE presence (
    scope TEXT NOT NULL, session TEXT NOT NULL,
    agent TEXT NOT NULL, agent_family TEXT NOT NULL, pc_id TEXT NOT NULL, host TEXT NOT NULL, project TEXT NOT NULL,
    since INTEGER NOT NULL, seen_at INTEGER NOT NULL, expires_at INTEGER, gone_at INTEGER,
    PRIMARY KEY (scope, session)
  ) STRICT, WITHOUT ROWID;

  -- How far a session has counted its messages to a target (lib/messaging/sequence.ts).
  CREATE TABLE message_sequence (
    session TEXT NOT NULL, scope TEXT NOT NULL, target TEXT NOT NULL,
    last INTEGER NOT NULL, last_at INTEGER NOT NULL,
    PRIMARY KEY (session, scope, target)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What was set aside for its signature, by id, since that is named to other hosts (lib/memory/refused.ts).
  CREATE INDEX quarantine_refused ON quarantine (substr(key, -32)) WHERE substr(reason, 1, 11) = 'signature: ';
  `,
];

/** The schema version that this program writes and understands. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;
