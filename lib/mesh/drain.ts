import type { Clock, Micros } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { ScopeLabel } from "../core/scope.ts";
import { confirmOutgoing, type Outgoing, outgoing } from "../memory/outgoing.ts";
import type { Store } from "../store/store.ts";
import { InFlight } from "./in_flight.ts";
import { type MeshSession, type Sample, SessionClosed } from "./session.ts";
import { findOutgoing } from "./spaces.ts";
import { sleep, type Timer } from "./timer.ts";

/** What draining the outbox needs. */
export interface DrainOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly timer: Timer;
  /** The scopes whose records may go out. */
  readonly shared: () => readonly ScopeLabel[];
  readonly failPoint: (name: string) => void;
  readonly events: DrainEvents;
}

/** What happens while the outbox is drained. */
export interface DrainEvents {
  /** These records are about to be sent: what is here of them may be new to the rest of the peer. */
  sending(records: readonly Outgoing[]): void;
  /** Records went out and were confirmed; the longest of them took `lag` from its commit on. */
  confirmed(count: number, lag: Micros): void;
  /** The mesh has another payload under a key of ours. */
  differs(sample: Sample): void;
  /** The outbox was gone through once. */
  wentThrough(): void;
  /** A record did not go out and is tried again after `retryMs`. `unstored`: it was put, but nobody has it. */
  failed(record: Outgoing, reason: string, unstored: boolean, retryMs: number): void;
}

/** Records that are on their way at a time. */
const IN_FLIGHT = 256;

/** Rows that are read at a time. */
const PAGE = 512;

/**
 * A storage takes what the router has acknowledged a little later, so a key that is not there yet is asked for again after
 * these pauses. A storage that has just started takes nothing for up to half a second (measured), so then the record is put
 * again. Milliseconds.
 */
const ASK_AGAIN_MS = [5, 20, 75, 200] as const;

/** How often a record is put in a row. */
const PUTS = 3;

/** How long an exact key may take to be answered. Milliseconds. */
const ANSWER_MS = 10_000;

/** The first pause after a record failed, and the longest. Milliseconds. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

interface Setback {
  readonly failures: number;
  /** Ends the pause; undefined when it is over. */
  cancel: (() => void) | undefined;
}

/**
 * Brings the outbox to the mesh. A record is put, then asked for under its very key; when the same bytes come back, it is
 * confirmed and its row goes (DESIGN §5). Hundreds are under way at a time, and one that fails only holds back itself.
 */
export class Drain {
  readonly #options: DrainOptions;
  readonly #stopping = new AbortController();
  readonly #setbacks = new Map<string, Setback>();
  readonly #flying = new InFlight();
  #session: MeshSession | undefined;
  #turn = 0;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** Sends through this session from now on; undefined: nothing can be sent. What is under way is given up. */
  use(session: MeshSession | undefined): void {
    this.#session = session;
    this.#turn++;
    this.#flying.nudge();
    if (session !== undefined) this.retryNow();
  }

  /** Something may wait: send it. */
  wake(): void {
    if (this.#session === undefined || this.#stopping.signal.aborted) return;
    this.#again = true;
    this.#running ??= this.#run().finally(() => this.#running = undefined);
  }

  /** Forgets all pauses: things have changed. */
  retryNow(): void {
    for (const { cancel } of this.#setbacks.values()) cancel?.();
    this.#setbacks.clear();
    this.wake();
  }

  /** Whether something is on its way. */
  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** Stops; what is under way is given up and stays in the outbox. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.use(undefined);
    for (const { cancel } of this.#setbacks.values()) cancel?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#again && this.#session !== undefined) {
      this.#again = false;
      try {
        await this.#round(this.#session);
      } catch {
        // The database is in trouble: the rows are there and are tried again.
        await sleep(this.#options.timer, FIRST_PAUSE_MS, this.#stopping.signal);
        this.#again = true;
      }
    }
  }

  // Goes through the outbox once.
  async #round(session: MeshSession): Promise<void> {
    const { store, shared, events } = this.#options;
    const turn = this.#turn;
    const isOver = () => this.#turn !== turn;
    const confirmed = new Confirmed(this.#options, this.#flying);
    for (let after: number | undefined = 0; after !== undefined && !isOver();) {
      const page = outgoing(store, findOutgoing, shared(), after, PAGE);
      after = page.last;
      const due = page.records.filter(({ key }) => this.#setbacks.get(key)?.cancel === undefined);
      if (due.length > 0) events.sending(due);
      for (const record of due) {
        if (isOver()) break;
        this.#flying.add(this.#send(session, record, confirmed));
        await this.#flying.below(IN_FLIGHT, isOver);
      }
    }
    await this.#flying.below(1, isOver);
    confirmed.write();
    if (!this.#again && !isOver()) events.wentThrough();
  }

  // Never rejects for what concerns only this record.
  async #send(session: MeshSession, record: Outgoing, confirmed: Confirmed): Promise<void> {
    const { failPoint } = this.#options;
    try {
      failPoint("before-put");
      if (!await this.#putUntilStored(session, record)) {
        if (this.#session !== session || this.#stopping.signal.aborted) return;
        return this.#failed(record, "nobody in the mesh stores it yet", true);
      }
      this.#setbacks.delete(record.key);
      failPoint("before-confirm");
      confirmed.add(record);
    } catch (error) {
      if (error instanceof SessionClosed || this.#session !== session) return;
      this.#failed(record, messageOf(error), false);
    }
  }

  async #putUntilStored(session: MeshSession, record: Outgoing): Promise<boolean> {
    const { timer, events, failPoint } = this.#options;
    for (let puts = 1;; puts++) {
      await session.putAcknowledged(record.key, record.payload);
      if (record.mirror !== undefined) await session.putAcknowledged(record.mirror, record.payload);
      failPoint("after-put");
      for (const pause of ASK_AGAIN_MS) {
        const { same, others } = await this.#ask(session, record);
        if (same) return true;
        if (puts === PUTS) {
          // Somebody else puts another payload; which one wins is decided where records are merged.
          for (const other of others) events.differs(other);
        }
        await sleep(timer, pause, this.#stopping.signal);
        if (this.#stopping.signal.aborted) return false;
      }
      if (puts === PUTS) return false;
    }
  }

  // Whether the mesh holds the very bytes, and what else it holds under the key.
  async #ask(session: MeshSession, record: Outgoing): Promise<{ same: boolean; others: readonly Sample[] }> {
    const wanted = new TextEncoder().encode(record.payload);
    let same = false;
    const others: Sample[] = [];
    try {
      await session.getAll(record.key, (sample) => {
        if (isEqual(sample.payload, wanted)) same = true;
        else others.push(sample);
      }, { timeoutMs: ANSWER_MS });
    } catch (error) {
      // A part of the answers is enough when ours is among them.
      if (!same) throw error;
    }
    return { same, others };
  }

  // The pause is a timer's, not the clock's, which somebody may set.
  #failed(record: Outgoing, reason: string, unstored: boolean): void {
    const { timer, events } = this.#options;
    const before = this.#setbacks.get(record.key);
    before?.cancel?.();
    const failures = (before?.failures ?? 0) + 1;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
    const setback: Setback = { failures, cancel: undefined };
    setback.cancel = timer(pause, () => {
      setback.cancel = undefined;
      this.wake();
    });
    this.#setbacks.set(record.key, setback);
    events.failed(record, reason, unstored, pause);
  }
}

/**
 * How many confirmed records are written at a time, and how long the first may wait when few are under way, and when many
 * are: each write keeps savers waiting for the disk. Milliseconds.
 */
const WRITE_AT = 512;
const WRITE_AFTER_MS = 10;
const MANY = 64;
const WRITE_MANY_AFTER_MS = 100;

/** Confirmed records, whose rows go together. */
class Confirmed {
  #records: Outgoing[] = [];
  #cancel: (() => void) | undefined;

  constructor(readonly options: DrainOptions, readonly flying: InFlight) {}

  add(record: Outgoing): void {
    this.#records.push(record);
    if (this.#records.length >= WRITE_AT) return this.write();
    const after = this.flying.count < MANY ? WRITE_AFTER_MS : WRITE_MANY_AFTER_MS;
    this.#cancel ??= this.options.timer(after, () => {
      try {
        this.write();
      } catch {
        // The rows stay and their records go out once more.
      }
    });
  }

  write(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#records.length === 0) return;
    const { store, clock, events, failPoint } = this.options;
    const records = this.#records;
    this.#records = [];
    const queued = confirmOutgoing(store, findOutgoing, records);
    failPoint("after-confirm");
    if (queued.length > 0) events.confirmed(queued.length, clock() - Math.min(...queued));
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
