import type { Clock, Micros } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { formatTime } from "../core/time.ts";
import { ingestUnreadable } from "../memory/ingest.ts";
import { quarantine } from "../store/quarantine.ts";
import type { Ingested } from "../store/exchange.ts";
import { StoreFailure } from "../store/failure.ts";
import { type Store, TryAgain } from "../store/store.ts";
import { CERTIFICATES } from "../trust/space.ts";
import { type Allowances, sourceOf } from "./allowance.ts";
import { FairQueue } from "./fair_queue.ts";
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
  /** How much is taken of one source. */
  readonly allowances: Allowances;
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
  /** A source (`sourceOf`) sends more than is taken of one: the rest waits until others had their turn. */
  slowed(source: string): void;
  /** So many records of a source were let go, since no more of it may wait; that is over: reconcile. */
  overflowed(source: string, letGo: number): void;
}

/** Records that a transaction takes, and how long it may go on: so no save waits for long. */
const MOST_RECORDS = 64;
const MOST_TIME: Micros = 10_000;

/** Between two transactions: SQLite hands the lock to whoever happens to try, so others need a gap. Milliseconds. */
const GAP_MS = 5;

/** Bytes that may wait, of all and of one source. Beyond that, records are let go and fetched later. */
const MOST_WAITING = 256 * 1024 * 1024;
const MOST_OF_ONE = 64 * 1024 * 1024;

/** Records that are looked at in one go: most are news, or most are known. */
const MOST_LOOKED_AT = 512;

/** Before it is looked again whether a source that was slowed may go on. Milliseconds. */
const SLOWED_PAUSE_MS = 100;

/** What was asked for: it is not slowed. */
const ASKED_FOR = "";

/** After the database refused. Milliseconds. */
const REFUSED_PAUSE_MS = 1_000;

interface Waiting {
  readonly sample: Sample;
  readonly republish: boolean;
  readonly source: string;
}

/** How it stands with a source that sends too much. */
interface Flood {
  readonly since: Micros;
  letGo: number;
}

/**
 * Takes records from the mesh into the database: in batches, each a transaction that is over before a save waits noticeably.
 * What is known already costs one read. What cannot be taken is quarantined and stops nothing. Hosts take turns, and one that
 * sends more than its allowance waits, so that it delays nobody else.
 */
export class Arrivals {
  readonly #options: ArrivalsOptions;
  readonly #stopping = new AbortController();
  readonly #queue = new FairQueue<Waiting>();
  readonly #bytes = new Map<string, number>();
  readonly #floods = new Map<string, Flood>();
  #allBytes = 0;
  #cancelSlowed = () => {};
  #running: Promise<void> | undefined;

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  /** Takes a record soon. Never throws and never waits, so that it can be a subscription's callback. */
  readonly receive = (sample: Sample): void =>
    this.#take({ sample, republish: this.#options.republish, source: sourceOf(sample.key) });

  /** The same for a record that was asked for: what gives way to ours here is put again. */
  readonly fetched = (sample: Sample): void => this.#take({ sample, republish: true, source: ASKED_FOR });

  /** Resolves when nothing waits any more but what is slowed. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Whether something waits that is not slowed. */
  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** Takes nothing more; what came is taken within the time given. */
  async stop(withinMs: number): Promise<void> {
    const cancel = this.#options.timer(withinMs, () => this.#stopping.abort());
    await this.settled();
    cancel();
    this.#stopping.abort();
    this.#cancelSlowed();
  }

  #take(waiting: Waiting): void {
    if (this.#stopping.signal.aborted) return;
    const { source, sample } = waiting;
    const bytes = this.#bytes.get(source) ?? 0;
    if (this.#allBytes > MOST_WAITING || (source !== ASKED_FOR && bytes > MOST_OF_ONE)) {
      this.#flood(source).letGo++;
      return;
    }
    this.#allBytes += sample.payload.length;
    this.#bytes.set(source, bytes + sample.payload.length);
    this.#queue.push(source, waiting);
    this.#start();
  }

  #start(): void {
    this.#cancelSlowed();
    this.#running ??= this.#run().finally(() => this.#running = undefined);
  }

  #flood(source: string): Flood {
    const known = this.#floods.get(source);
    if (known !== undefined) return known;
    const flood = { since: this.#options.clock(), letGo: 0 };
    this.#floods.set(source, flood);
    if (source !== ASKED_FOR) this.#options.events.slowed(source);
    return flood;
  }

  async #run(): Promise<void> {
    const { timer, events } = this.#options;
    // What came in the same turn goes into the same transaction.
    await Promise.resolve();
    for (let due = this.#due(); due.length > 0 && !this.#stopping.signal.aborted; due = this.#due()) {
      try {
        this.#applyBatch(due);
        if (this.#due().length > 0) await sleep(timer, GAP_MS);
      } catch (error) {
        events.refused(error);
        await sleep(timer, REFUSED_PAUSE_MS, this.#stopping.signal);
      }
    }
    if (this.#allBytes > 0) this.#cancelSlowed = timer(SLOWED_PAUSE_MS, () => this.#start());
  }

  #due(): Waiting[] {
    return this.#queue.peek(MOST_LOOKED_AT, (source) => {
      if (source === ASKED_FOR) return Infinity;
      const left = this.#options.allowances.left(source);
      if (left <= 0) this.#flood(source);
      return left;
    });
  }

  // Throws when the database refuses; then the queue is as it was.
  #applyBatch(due: readonly Waiting[]): void {
    const { store, clock, failPoint, events } = this.#options;
    const until = clock() + MOST_TIME;
    const news = this.#news(due, until);
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
    for (const { waiting: { source } } of news.slice(0, done)) {
      if (source !== ASKED_FOR) this.#options.allowances.take(source, 1);
    }
    this.#forget(due.slice(0, news[done]?.index ?? this.#lookedAt));
    if (news.length > 0) events.applied(ids, quarantined);
    if (learned) events.learned();
  }

  #lookedAt = 0;

  // What of it is not here yet.
  #news(
    due: readonly Waiting[],
    until: Micros,
  ): { waiting: Waiting; text: string | undefined; index: number }[] {
    const { store, clock } = this.#options;
    const news: { waiting: Waiting; text: string | undefined; index: number }[] = [];
    this.#lookedAt = 0;
    for (const waiting of due) {
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

  #forget(done: readonly Waiting[]): void {
    const { store, clock, events } = this.#options;
    this.#queue.drop(done.length);
    for (const { source, sample } of done) {
      this.#allBytes -= sample.payload.length;
      this.#bytes.set(source, (this.#bytes.get(source) ?? 0) - sample.payload.length);
    }
    for (const source of new Set(done.map((one) => one.source))) {
      if (this.#queue.waiting(source) > 0) continue;
      this.#bytes.delete(source);
      const flood = this.#floods.get(source);
      this.#floods.delete(source);
      if (flood === undefined || flood.letGo === 0) continue;
      if (source !== ASKED_FOR) quarantineFlood(store, source, flood, clock());
      events.overflowed(source, flood.letGo);
    }
  }

  #apply({ sample, republish }: Waiting, text: string | undefined): Ingested {
    const { store, clock, refuseUnproven } = this.#options;
    const { key, payload, deleted } = sample;
    const how = { now: clock(), republish, stores: this.#options.republish, refuseUnproven };
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

// One line for all that was let go.
function quarantineFlood(store: Store, source: string, { since, letGo }: Flood, now: Micros): void {
  quarantine(store, {
    key: `flood/${source}`,
    payload: `${letGo} records from ${formatTime(since)} to ${formatTime(now)}`,
    reason: `it sent more than is taken of one host: ${letGo} records were let go, to be fetched later`,
    seenAt: now,
  });
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
