import { looseText, type PythonDatabase } from "./database.ts";

/** What Python's messaging kept of one message for one session (compat data §3.5). */
export interface InboxRow {
  readonly message: string;
  readonly session: string;
  /** A scope's label, or a key that begins with one; undefined when the row does not say. */
  readonly scope: string | undefined;
  /** When the session acknowledged it; undefined: it did not. */
  readonly ackedAt: string | undefined;
  /** Its id is used up. */
  readonly retired: boolean;
}

const ID = "m.rowid AS at, m.msg_id AS message, m.recipient_session_id AS session";
const PAGED = "WHERE m.rowid > ? ORDER BY m.rowid LIMIT ?";

/** Reads messaging/inbox.db of any version; undefined when it is none. */
export function readInbox(db: PythonDatabase): Generator<InboxRow> | undefined {
  if (!db.has("messages", "msg_id", "recipient_session_id", "scope", "is_acked")) return undefined;
  return rows(db);
}

function* rows(db: PythonDatabase): Generator<InboxRow> {
  const keys = ["msg_id", "recipient_session_id"];
  const acks = db.has("acks", ...keys, "acked_at");
  const join = acks
    ? "LEFT JOIN acks a ON a.msg_id = m.msg_id AND a.recipient_session_id = m.recipient_session_id"
    : "";
  const acked = `coalesce(${acks ? "a.acked_at, " : ""}CASE WHEN m.is_acked <> 0 THEN '' END)`;
  yield* read(
    db,
    `SELECT ${ID}, m.scope, ${acked} AS acked_at, 0 AS retired FROM messages m ${join} ${PAGED}`,
  );
  // Of an acknowledgement without a message the first version still knows the time alone.
  if (acks) yield* read(db, `SELECT ${ID}, NULL AS scope, m.acked_at, 0 AS retired FROM acks m ${PAGED}`);
  if (db.has("pending_acks", ...keys, "acked_at", "source_key")) {
    yield* read(
      db,
      `SELECT ${ID}, m.source_key AS scope, m.acked_at, 0 AS retired FROM pending_acks m ${PAGED}`,
    );
  }
  if (db.has("legacy_unknown_acks", ...keys, "acked_at", "state")) {
    // What was released is to be read again.
    yield* read(
      db,
      `SELECT ${ID}, NULL AS scope, CASE WHEN m.state NOT LIKE 'releas%' THEN m.acked_at END AS acked_at, 0 AS retired
        FROM legacy_unknown_acks m ${PAGED}`,
    );
  }
  if (db.has("message_tombstones", ...keys)) {
    yield* read(
      db,
      `SELECT ${ID}, NULL AS scope, NULL AS acked_at, 1 AS retired FROM message_tombstones m ${PAGED}`,
    );
  }
}

function* read(db: PythonDatabase, sql: string): Generator<InboxRow> {
  for (const row of db.rows(sql)) {
    yield {
      message: looseText(row, "message") ?? "",
      session: looseText(row, "session") ?? "",
      scope: looseText(row, "scope"),
      ackedAt: looseText(row, "acked_at"),
      retired: row.retired === 1,
    };
  }
}
