import type { Micros } from "../core/clock.ts";
import { DAY } from "../core/clock.ts";
import { scopeLabel } from "../core/scope.ts";
import { isShared } from "../core/shared.ts";
import { enqueue } from "../store/outbox.ts";
import type { Store } from "../store/store.ts";
import { acksAge, ageAcks } from "./acks.ts";
import type { MessagingContext } from "./context.ts";
import { readStored, retire, STORED_COLUMNS } from "./records.ts";
import { forgetSequences } from "./sequence.ts";
import { forgetSessions } from "./sessions.ts";

/** What is needed to take expired messages away. */
export type Expiring = Pick<MessagingContext, "store" | "clock" | "settings">;

/** Messages that one transaction takes away. */
const BATCH = 256;

/** After so long without a message a session counts anew. */
const SEQUENCE_KEPT: Micros = 400 * DAY;

/**
 * Takes the content of expired messages out of this database, leaving stubs, and drops what has been kept long enough
 * besides; gives how many messages that were. Costs two reads when there is nothing to do. Where the mesh holds the
 * message, the stubs go out from the host that sent it and from hubs: a thousand hosts would send the same at once.
 */
export function takeExpired(context: Expiring): number {
  const { store, clock } = context;
  let taken = 0;
  if (hasExpired(store, clock())) {
    for (let more = true; more;) {
      const count = takeSome(context);
      taken += count;
      more = count === BATCH;
    }
    // The write-ahead log still holds what was erased until it is emptied.
    store.script("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  const now = clock();
  if (taken > 0 || acksAge(store, now)) {
    store.write(() => {
      ageAcks(store, now);
      forgetSessions(store, now);
      forgetSequences(store, now - SEQUENCE_KEPT);
    });
  }
  return taken;
}

function hasExpired(store: Store, now: Micros): boolean {
  const sql = "SELECT 1 FROM message WHERE state = 0 AND expires_at <= ? LIMIT 1";
  return store.get(sql, [now], () => true) ?? false;
}

function takeSome({ store, clock, settings }: Expiring): number {
  return store.write(() => {
    const now = clock();
    const sql = `SELECT ${STORED_COLUMNS} FROM message m WHERE m.state = 0 AND m.expires_at <= ?
      ORDER BY m.expires_at LIMIT ${BATCH}`;
    const expired = store.all(sql, [now], readStored);
    for (const stored of expired) {
      const { id, scope } = stored.message;
      retire(store, stored);
      if (!isShared(settings) || (settings.mode !== "hub" && !stored.own)) continue;
      enqueue(store, "message", id, scopeLabel(scope), now);
    }
    return expired.length;
  });
}
