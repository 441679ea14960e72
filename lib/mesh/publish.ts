import type { Clock } from "../core/clock.ts";
import type { ScopeLabel } from "../core/scope.ts";
import { RECORD_KINDS, type RecordName } from "../store/exchange.ts";
import { enqueue } from "../store/outbox.ts";
import type { Store } from "../store/store.ts";
import { pages } from "./compare.ts";
import type { Reconciling } from "./reconcile.ts";
import { sleep } from "./timer.ts";

/** Between two transactions: SQLite hands the lock to whoever happens to try, so others need a gap. Milliseconds. */
const GAP_MS = 5;

/** Puts what the mesh lacks into the outbox, so that no save waits for long. Gives how many records that were. */
export async function publishAll(
  { store, clock, timer, published }: Reconciling,
  scope: ScopeLabel,
  names: readonly RecordName[],
): Promise<number> {
  for (const page of pages(names)) {
    publish(store, clock, scope, page);
    published();
    await sleep(timer, GAP_MS);
  }
  return names.length;
}

/** Puts records into the outbox, in one transaction. */
export function publish(store: Store, clock: Clock, scope: ScopeLabel, names: readonly RecordName[]): void {
  store.write(() => {
    for (const { kind, id } of names) enqueue(store, RECORD_KINDS[kind], id, scope, clock());
  });
}
