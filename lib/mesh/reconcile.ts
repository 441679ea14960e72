import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import type { ScopeLabel } from "../core/scope.ts";
import type { Store } from "../store/store.ts";
import type { Arrivals } from "./arrivals.ts";
import { fullGet } from "./full_get.ts";
import type { MeshSession } from "./session.ts";
import { SPACES } from "./spaces.ts";
import type { Sums } from "./sums.ts";
import { syncScope } from "./sync.ts";
import { sleep, type Timer } from "./timer.ts";

/** What comparing with the mesh works with. */
export interface Reconciling {
  readonly store: Store;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly session: MeshSession;
  readonly sums: Sums;
  readonly arrivals: Arrivals;
  /** Aborted when the session ends. */
  readonly signal: AbortSignal;
  /** The outbox has got something. */
  readonly published: () => void;
}

/** How many records came from the mesh, and how many were put into the outbox for it. */
export interface Exchanged {
  readonly fetched: number;
  readonly published: number;
}

/** What a comparison with the mesh found. */
export interface Reconciled extends Exchanged {
  /** Scopes that no host of ours answered for. */
  readonly unanswered: readonly ScopeLabel[];
  /** Whether anybody answered anything. */
  readonly heard: boolean;
}

/** When and how comparisons are made. */
export interface ReconcilerOptions extends Reconciling {
  readonly scopes: readonly ScopeLabel[];
  readonly random: Random;
  /** Whether what no host of ours answers for is got whole: on a spoke, whose hub may be Python's. */
  readonly wholeWhenUnanswered: boolean;
  /** Whether a comparison makes sense now: whether anybody is there. */
  readonly reachable: () => boolean;
  readonly events: {
    starting(): void;
    done(result: Reconciled): void;
    failed(reason: string, retryMs: number): void;
  };
}

/**
 * Between comparisons that nothing gave a reason for; a random part is taken off, so that hosts do not ask together.
 * Milliseconds.
 */
const PERIOD_MS = 300_000;

/** The first pause after a comparison failed, and the longest. Milliseconds. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

/** Compares with the mesh when there is a reason, and now and then without. One comparison at a time. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  #due: { full: boolean } | undefined;
  #running = false;
  #failures = 0;
  #cancel = () => {};
  #pendingMs = Infinity;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#cancel());
  }

  /**
   * Asks for a comparison in so many milliseconds at the latest. `full`: with all storages, by getting everything, beside
   * the hosts that answer from their databases.
   */
  request(inMs: number, full: boolean): void {
    this.#due = { full: full || (this.#due?.full ?? false) };
    if (this.#running || inMs >= this.#pendingMs) return;
    this.#pendingMs = inMs;
    this.#cancel();
    this.#cancel = this.#options.timer(inMs, () => {
      this.#pendingMs = Infinity;
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    const { signal, events, reachable, timer, random, wholeWhenUnanswered } = this.#options;
    if (signal.aborted || this.#running || !reachable()) return;
    const full = this.#due?.full ?? false;
    this.#due = undefined;
    this.#running = true;
    let next = 0;
    try {
      events.starting();
      const done = await reconcile(this.#options, this.#options.scopes, { full, wholeWhenUnanswered });
      this.#failures = 0;
      events.done(done);
      next = PERIOD_MS * (1 - (random(1)[0] ?? 0) / 2560);
    } catch (error) {
      if (signal.aborted) return;
      next = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
      events.failed(messageOf(error), next);
      this.#due = { full };
    } finally {
      this.#running = false;
    }
    if (this.#due !== undefined && this.#failures === 0) next = 0;
    await sleep(timer, 0);
    if (!signal.aborted) this.request(next, false);
  }
}

/**
 * Compares all scopes with the mesh, adding in both directions and concluding nothing from absence. With `full`, or
 * `wholeWhenUnanswered` for a scope that no host of ours answers for, all storages are asked for everything.
 */
export async function reconcile(
  reconciling: Reconciling,
  scopes: readonly ScopeLabel[],
  { full, wholeWhenUnanswered }: { readonly full: boolean; readonly wholeWhenUnanswered: boolean },
): Promise<Reconciled> {
  let fetched = 0;
  let published = 0;
  let heard = false;
  const unanswered: ScopeLabel[] = [];
  const add = (exchanged: Exchanged) => {
    fetched += exchanged.fetched;
    published += exchanged.published;
  };
  for (const scope of scopes) {
    let answered = true;
    for (const space of SPACES.filter((each) => each.syncKey(scope) !== undefined)) {
      const synced = await syncScope(reconciling, space, scope);
      if (synced === undefined) answered = false;
      else add(synced);
      heard ||= synced !== undefined;
      if (full || (synced === undefined && wholeWhenUnanswered)) {
        const got = await fullGet(reconciling, space, scope);
        add(got);
        heard ||= got.fetched > 0;
      }
    }
    if (!answered) unanswered.push(scope);
  }
  await reconciling.arrivals.settled();
  return { fetched, published, unanswered, heard };
}
