import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { seededNumbers } from "../../tests/support/random.ts";

/** A word that one record in a hundred has, so that a search finds some. */
export const RARE_WORD = "quorum";

const WORDS =
  ("adapter backlog cache cursor daemon digest endpoint fixture gateway handler index journal kernel latency " +
    "ledger migration namespace observer packet parser query quota registry replica router schema session shard snapshot " +
    "socket stream tenant token tracer tunnel upstream vector watcher worker zone 設計 同期 検索 記録 競合 復旧 接続 認証")
    .split(" ");

/**
 * Writes `count` records as Python's local mode keeps them (compat data §3.4) into a state folder: about 600 bytes each,
 * English with some Japanese, the same for every run.
 */
export function fillPythonState(state: string, count: number): void {
  const next = seededNumbers(count);
  const pick = (length: number) =>
    Array.from({ length }, () => WORDS[Math.floor(next() * WORDS.length)]).join(" ");
  const hex = (length: number) => Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join("");
  Deno.mkdirSync(join(state, "local"), { recursive: true });
  using database = new DatabaseSync(join(state, "local", "raw.db"));
  database.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE raw_schema_version (version INTEGER PRIMARY KEY);
    INSERT INTO raw_schema_version VALUES (1);
    CREATE TABLE migration_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE local_obs (observation_id TEXT PRIMARY KEY, payload_json TEXT NOT NULL, created_at TEXT);
    CREATE TABLE local_tomb (observation_id TEXT PRIMARY KEY, tomb_json TEXT NOT NULL, deleted_at TEXT);
    BEGIN`);
  const insert = database.prepare("INSERT INTO local_obs VALUES (?, ?, ?)");
  const host = hex(32);
  for (let i = 0; i < count; i++) {
    const createdAt = new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString().replace("Z", "000Z");
    const id = hex(32);
    const payload = {
      content: `${pick(30)}${i % 100 === 0 ? ` ${RARE_WORD}` : ""} ${pick(10)}`,
      agent_family: "claude",
      client_id: "bench@host",
      pc_id: host,
      session_id: "20260101T000000Z-0a1b2c3d",
      project: `project-${i % 7}`,
      tags: [pick(1)],
      observation_id: id,
      created_at: createdAt,
      memory_type: i % 3 === 0 ? "decision" : "note",
      importance: 1 + i % 5,
      subject: pick(5),
      summary: pick(9),
      source_files: [],
      references: [],
      supersedes: [],
      visibility: "mesh",
      scope_id: "",
      expires_at: "",
    };
    insert.run(id, JSON.stringify(payload), createdAt);
  }
  database.exec("COMMIT");
}
