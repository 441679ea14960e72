import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import type { ScopeLabel } from "../core/scope.ts";
import type { RecordSpace } from "../store/exchange.ts";
import type { Store } from "../store/store.ts";
import type { Arrivals } from "./arrivals.ts";
import { fullGet, stepsOf } from "./full_get.ts";
import { type Extent, wider } from "./realign.ts";
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
  /** Whether anybody is there to compare with. */
  readonly reachable: () => boolean;
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
  readonly events: {
    starting(extent: Extent): void;
    progress(done: number, of: number): void;
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
  #due: Extent | undefined;
  #running = false;
  #failures = 0;
  #cancel = () => {};
  #pendingMs = Infinity;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#cancel());
  }

  /**
   * Asks for a comparison in so many milliseconds at the latest: with the hosts that answer from their databases, and beside
   * them with what storages hold, as far as `extent` says.
   */
  request(inMs: number, extent: Extent): void {
    this.#due = wider(extent, this.#due ?? "sums");
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
    const extent = this.#due ?? "sums";
    this.#due = undefined;
    this.#running = true;
    let next = 0;
    try {
      events.starting(extent);
      const how = { extent, wholeWhenUnanswered, progress: events.progress };
      const done = await reconcile(this.#options, this.#options.scopes, how);
      this.#failures = 0;
      events.done(done);
      next = PERIOD_MS * (1 - (random(1)[0] ?? 0) / 2560);
    } catch (error) {
      if (signal.aborted) return;
      next = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
      events.failed(messageOf(error), next);
      this.#due = wider(extent, this.#due ?? "sums");
    } finally {
      this.#running = false;
    }
    if (this.#due !== undefined && this.#failures === 0) next = 0;
    await sleep(timer, 0);
    if (!signal.aborted) this.request(next, "sums");
  }
}

/**
 * Compares all scopes with the mesh, adding in both directions and concluding nothing from absence. All storages are asked
 * for what `extent` says, or with `wholeWhenUnanswered` for everything of a scope that no host of ours answers for.
 */
export async function reconcile(
  reconciling: Reconciling,
  scopes: readonly ScopeLabel[],
  { extent, wholeWhenUnanswered, progress }: HowToReconcile,
): Promise<Reconciled> {
  let fetched = 0;
  let published = 0;
  let heard = false;
  const unanswered: ScopeLabel[] = [];
  const add = (exchanged: Exchanged) => {
    fetched += exchanged.fetched;
    published += exchanged.published;
  };
  const spacesOf = (scope: ScopeLabel) => SPACES.filter((each) => each.syncKey(scope) !== undefined);
  const gets = (space: RecordSpace, scope: ScopeLabel) =>
    extent === "sums" ? 0 : stepsOf(space, scope, extent);
  const of = sum(scopes.map((scope) => sum(spacesOf(scope).map((space) => 1 + gets(space, scope)))));
  let steps = 0;
  const step = () => progress(Math.min(of, ++steps), of);
  for (const scope of scopes) {
    let answered = true;
    for (const space of spacesOf(scope)) {
      const synced = await syncScope(reconciling, space, scope);
      if (synced === undefined) answered = false;
      else add(synced);
      heard ||= synced !== undefined;
      step();
      const whole = synced === undefined && wholeWhenUnanswered;
      if (whole || extent !== "sums") {
        const got = await fullGet(reconciling, space, scope, whole ? "everything" : extent, step);
        add(got);
        heard ||= got.fetched > 0;
      }
    }
    if (!answered) unanswered.push(scope);
  }
  await reconciling.arrivals.settled();
  return { fetched, published, unanswered, heard };
}

/** How a comparison is made. */
export interface HowToReconcile {
  readonly extent: Extent;
  readonly wholeWhenUnanswered: boolean;
  readonly progress: (done: number, of: number) => void;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0);
}
