import { number } from "../store/row.ts";
import type { MessagingContext } from "./context.ts";
import { readStored, STORED_COLUMNS, type StoredMessage } from "./records.ts";

/** A message with how many sessions have acknowledged it. */
export interface RecentMessage {
  readonly stored: StoredMessage;
  readonly acknowledged: number;
}

/** The newest messages of the readable scopes that have not expired, whoever they are for, newest first. */
export function recentMessages({ store, settings, clock }: MessagingContext, most: number): RecentMessage[] {
  const scopes = settings.readable.map(() => "?").join(", ");
  return store.all(
    `SELECT ${STORED_COLUMNS}, (SELECT count(*) FROM ack a WHERE a.message = m.id AND a.scope = m.scope) AS acks
      FROM message m WHERE m.scope IN (${scopes}) AND m.state = 0 AND (m.expires_at IS NULL OR m.expires_at > ?)
      ORDER BY m.row DESC LIMIT ?`,
    [...settings.readable, clock(), most],
    (row) => ({ stored: readStored(row), acknowledged: number(row, "acks") }),
  );
}
