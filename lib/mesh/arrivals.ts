import type { Clock, Micros } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { ingestUnreadable } from "../memory/ingest.ts";
import { quarantine } from "../store/quarantine.ts";
import type { Ingested } from "../store/exchange.ts";
import { StoreFailure } from "../store/failure.ts";
import { type Store, TryAgain } from "../store/store.ts";
import { CERTIFICATES } from "../trust/space.ts";
import type { Sample } from "./session.ts";
import { spaceOf } from "./spaces.ts";
import { sleep, type Timer } from "./timer.ts";

/** What taking records in needs. */
export interface ArrivalsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Whether this host answers what gives way to its own records by putting those again: hubs do. */
  readonly republish: boolean;
  /** As in Ingestion. */
  readonly refuseUnproven: boolean;
  readonly failPoint: (name: string) => void;
  readonly events: ArrivalEvents;
}

/** What became of records. */
export interface ArrivalEvents {
  /** A transaction is done: ids of what it touched, and how many records it put into quarantine. */
  applied(ids: readonly string[], quarantined: number): void;
  /** Among them was a certificate or a revocation that was not known. */
  learned(): void;
  /** The database does not take them; it is tried again. */
  refused(error: unknown): void;
  /** So much came that some of it was let go: reconcile. */
  overflowed(): void;
}

/** Records that a transaction takes, and how long it may go on: so no save waits for long. */
const MOST_RECORDS = 64;
const MOST_TIME: Micros = 10_000;

/** Between two transactions: SQLite hands the lock to whoever happens to try, so others need a gap. Milliseconds. */
const GAP_MS = 5;

/** Bytes that may wait. Beyond that, records are let go and fetched later. */
const MOST_WAITING = 256 * 1024 * 1024;

/** After the database refused. Milliseconds. */
const REFUSED_PAUSE_MS = 1_000;

interface Waiting {
  readonly sample: Sample;
  readonly republish: boolean;
}

/**
 * Takes records from the mesh into the database: in batches, each a transaction that is over before a save waits noticeably.
 * What is known already costs one read. What cannot be taken is quarantined and stops nothing.
 */
export class Arrivals {
  readonly #options: ArrivalsOptions;
  readonly #stopping = new AbortController();
  #queue: Waiting[] = [];
  #bytes = 0;
  #running: Promise<void> | undefined;

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  /** Takes a record soon. Never throws and never waits, so that it can be a subscription's callback. */
  readonly receive = (sample: Sample): void => this.#take({ sample, republish: this.#options.republish });

  /** The same for a record that was asked for: what gives way to ours here is put again. */
  readonly fetched = (sample: Sample): void => this.#take({ sample, republish: true });

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Whether something waits. */
  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** Takes nothing more; what came is taken within the time given. */
  async stop(withinMs: number): Promise<void> {
    const cancel = this.#options.timer(withinMs, () => this.#stopping.abort());
    await this.settled();
    cancel();
    this.#stopping.abort();
  }

  #take(waiting: Waiting): void {
    if (this.#stopping.signal.aborted) return;
    if (this.#bytes > MOST_WAITING) return this.#options.events.overflowed();
    this.#bytes += waiting.sample.payload.length;
    this.#queue.push(waiting);
    this.#running ??= this.#run().finally(() => this.#running = undefined);
  }

  async #run(): Promise<void> {
    const { timer, events } = this.#options;
    // What came in the same turn goes into the same transaction.
    await Promise.resolve();
    for (; this.#queue.length > 0 && !this.#stopping.signal.aborted;) {
      try {
        this.#applyBatch();
        if (this.#queue.length > 0) await sleep(timer, GAP_MS);
      } catch (error) {
        events.refused(error);
        await sleep(timer, REFUSED_PAUSE_MS, this.#stopping.signal);
      }
    }
  }

  // Throws when the database refuses; then the queue is as it was.
  #applyBatch(): void {
    const { store, clock, failPoint, events } = this.#options;
    const until = clock() + MOST_TIME;
    const news = this.#news(until);
    let done = 0;
    const ids: string[] = [];
    let quarantined = 0;
    let learned = false;
    if (news.length > 0) {
      failPoint("before-apply");
      store.write(() => {
        done = 0;
        ids.length = 0;
        quarantined = 0;
        learned = false;
        for (const { waiting, text } of news) {
          if (done >= MOST_RECORDS || (done > 0 && clock() >= until)) break;
          const { key } = waiting.sample;
          const became = this.#apply(waiting, text);
          if (became === "quarantined") quarantined++;
          learned ||= spaceOf(key) === CERTIFICATES && (became === "added" || became === "replaced");
          const name = spaceOf(key).nameOf(key);
          if (name !== undefined) ids.push(name.id);
          done++;
        }
      });
      failPoint("after-apply");
    }
    this.#forget(news[done]?.index ?? this.#lookedAt);
    if (news.length > 0) events.applied(ids, quarantined);
    if (learned) events.learned();
  }

  #lookedAt = 0;

  // What of the queue's beginning is not here yet.
  #news(until: Micros): { waiting: Waiting; text: string | undefined; index: number }[] {
    const { store, clock } = this.#options;
    const news: { waiting: Waiting; text: string | undefined; index: number }[] = [];
    this.#lookedAt = 0;
    for (const waiting of this.#queue) {
      if (news.length >= MOST_RECORDS || (this.#lookedAt > 0 && clock() >= until)) break;
      const { key, payload, deleted } = waiting.sample;
      const text = textOf(payload);
      if (deleted || text === undefined || !spaceOf(key).isKnown(store, { key, payload: text })) {
        news.push({ waiting, text, index: this.#lookedAt });
      }
      this.#lookedAt++;
    }
    return news;
  }

  #forget(count: number): void {
    for (const { sample } of this.#queue.slice(0, count)) this.#bytes -= sample.payload.length;
    this.#queue = this.#queue.slice(count);
  }

  #apply({ sample, republish }: Waiting, text: string | undefined): Ingested {
    const { store, clock, refuseUnproven } = this.#options;
    const { key, payload, deleted } = sample;
    const how = { now: clock(), republish, refuseUnproven };
    try {
      const space = spaceOf(key);
      if (deleted) return space.ingestDelete(store, key, how) ? "deleted" : "known";
      if (text === undefined) {
        return ingestUnreadable(store, { key, payload: lossy.decode(payload) }, how.now);
      }
      return space.ingest(store, { key, payload: text }, how);
    } catch (error) {
      // The database's trouble is not the record's.
      if (error instanceof StoreFailure || !(error instanceof Error) || error instanceof TryAgain) {
        throw error;
      }
      quarantine(store, {
        key,
        payload: text ?? "",
        reason: `it cannot be taken: ${messageOf(error).slice(0, 200)}`,
        seenAt: how.now,
      });
      return "quarantined";
    }
  }
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossy = new TextDecoder("utf-8", { ignoreBOM: true });

function textOf(payload: Uint8Array): string | undefined {
  try {
    return strict.decode(payload);
  } catch {
    return undefined;
  }
}
