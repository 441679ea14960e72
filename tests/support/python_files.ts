import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pythonJson } from "../../lib/core/json.ts";

// The tables as Python's version makes them (compat data §3.2–3.4), without what is not read here.
const RAW =
  `CREATE TABLE local_obs (observation_id TEXT PRIMARY KEY, payload_json TEXT NOT NULL, created_at TEXT);
  CREATE TABLE local_tomb (observation_id TEXT PRIMARY KEY, tomb_json TEXT NOT NULL, deleted_at TEXT)`;
const INDEX =
  `CREATE TABLE obs_index (observation_id TEXT PRIMARY KEY, project TEXT, created_at TEXT, memory_type TEXT,
  importance INTEGER, subject TEXT, summary TEXT, payload_json TEXT, deleted_at TEXT, shadowed_at TEXT, expires_at TEXT,
  superseded_by TEXT)`;
const PENDING =
  `CREATE TABLE pending_puts (key_expr TEXT PRIMARY KEY, kind TEXT NOT NULL, observation_id TEXT NOT NULL,
  payload_json TEXT NOT NULL, queued_at TEXT NOT NULL)`;

/** An id made of one hexadecimal digit or a number. */
export function testId(value: number | string): string {
  return typeof value === "string" ? value.repeat(32).slice(0, 32) : value.toString(16).padStart(32, "0");
}

/** The payload of an observation as Python's version writes it; `fields` replace its members. */
export function pythonPayload(id: string, fields: Readonly<Record<string, unknown>> = {}): string {
  return pythonJson({
    content: `content of ${id}`,
    agent_family: "claude",
    client_id: "alice@mbp",
    pc_id: "00112233445566778899aabbccddeeff",
    session_id: "20260101T000000Z-0a1b2c3d",
    project: "demo",
    tags: [],
    observation_id: id,
    created_at: "2026-01-01T00:00:00.000000Z",
    memory_type: "note",
    importance: 2,
    subject: `subject of ${id}`,
    summary: "",
    source_files: [],
    references: [],
    supersedes: [],
    visibility: "mesh",
    scope_id: "",
    expires_at: "",
    ...fields,
  });
}

/** The payload of a tombstone as Python's version writes it. */
export function pythonTombstone(id: string, reason: string): string {
  return pythonJson({ observation_id: id, reason, deleted_at: "2026-02-01T00:00:00.000000Z" });
}

/** A file of Python's version that a test writes, in WAL mode as there. Closing it leaves one clean file. */
class PythonFile implements Disposable {
  readonly db: DatabaseSync;

  constructor(path: string, tables: string) {
    Deno.mkdirSync(dirname(path), { recursive: true });
    this.db = new DatabaseSync(path);
    this.db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
    if (this.db.prepare("SELECT 1 FROM sqlite_schema").get() === undefined) this.db.exec(tables);
  }

  [Symbol.dispose](): void {
    this.db.close();
  }
}

/** A raw.db, made or opened. */
export class RawFile extends PythonFile {
  constructor(path: string) {
    super(path, RAW);
  }

  save(id: string, payload: string = pythonPayload(id)): void {
    this.db.prepare("INSERT OR REPLACE INTO local_obs VALUES (?, ?, '')").run(id, payload);
  }

  delete(id: string, tombstone: string = pythonTombstone(id, "")): void {
    this.db.prepare("INSERT OR REPLACE INTO local_tomb VALUES (?, ?, '2026-02-01T00:00:00.000000Z')").run(
      id,
      tombstone,
    );
  }
}

/** An index.db, made or opened. */
export class IndexFile extends PythonFile {
  constructor(path: string) {
    super(path, INDEX);
  }

  add(
    id: string,
    payload: string | null,
    deletedAt: string | null = null,
    shadowedAt: string | null = null,
  ): void {
    this.db.prepare(
      `INSERT OR REPLACE INTO obs_index (observation_id, payload_json, deleted_at, shadowed_at) VALUES (?, ?, ?, ?)`,
    ).run(id, payload, deletedAt, shadowedAt);
  }
}

/** A pending_puts.db, made or opened. */
export class PendingFile extends PythonFile {
  constructor(path: string) {
    super(path, PENDING);
  }

  queue(key: string, kind: "observation" | "tombstone", payload: string): void {
    const id = key.split("/").at(-1) ?? "";
    this.db.prepare("INSERT OR REPLACE INTO pending_puts VALUES (?, ?, ?, ?, '')").run(
      key,
      kind,
      id,
      payload,
    );
  }
}
