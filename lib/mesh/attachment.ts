import type { ScopeLabel } from "../core/scope.ts";
import { VERSION } from "../core/version.ts";
import type { MemoryContext } from "../memory/context.ts";
import type { Arrivals } from "./arrivals.ts";
import { ALIVE, hostToken, type MeshHost, parseHostToken } from "./host_token.ts";
import { Presence } from "./presence.ts";
import type { Extent } from "./realign.ts";
import { type Reconciled, Reconciler } from "./reconcile.ts";
import type { Declared, MeshSession, Question, Sample } from "./session.ts";
import type { Sums } from "./sums.ts";
import { answerSync } from "./sync_answers.ts";
import { SPACES } from "./spaces.ts";
import { type Timer, within } from "./timer.ts";

/** What a session is used for. */
export interface AttachmentOptions {
  readonly memory: MemoryContext;
  readonly session: MeshSession;
  readonly timer: Timer;
  readonly role: "hub" | "spoke";
  /** What people call this host. */
  readonly hostName: string;
  /** Whether a process of this host holds the session lock of that number. */
  readonly isHeld: (slot: number) => boolean;
  /** Whether this host's router has storages of its own. */
  readonly stores: boolean;
  readonly scopes: readonly ScopeLabel[];
  readonly arrivals: Arrivals;
  readonly sums: Sums;
  readonly events: AttachmentEvents;
}

/** What happens in a session. */
export interface AttachmentEvents {
  /** A link came up or went down. */
  neighbours(): void;
  /** A host of ours came or went. */
  hosts(): void;
  /** Somebody put over, or deleted, all that storages hold under a pattern; it is put again. */
  overwritten(pattern: string): void;
  /** Records were put into the outbox. */
  published(): void;
  /** A comparison begins. */
  reconciling(extent: Extent): void;
  progress(done: number, of: number): void;
  /** `linked`: with at least one other host. */
  reconciled(result: Reconciled, linked: boolean): void;
  notReconciled(reason: string, retryMs: number): void;
}

/**
 * After a link came up: what both sides have declared has to reach the other one. To this and the next a random part of as
 * much again is added, so that a hub that comes back is not asked by all spokes in the same moment. Milliseconds.
 */
const SETTLE_MS = 250;

/** Looks again after the first comparison with a new neighbour, whose own start may not have been over. Milliseconds. */
const LOOK_AGAIN_MS = 5_000;

/** How long a new neighbour has to show that it is of ours. Milliseconds. */
const SHOW_MS = 3_000;

/** One session of the peer: everything that it declares, and the comparisons that it makes, until it ends. */
export class Attachment {
  readonly #options: AttachmentOptions;
  readonly #over = new AbortController();
  readonly #ours = new Map<string, MeshHost>();
  readonly #strangers = new Set<string>();
  readonly #reconciler: Reconciler;
  readonly #presence: Presence;
  #declared: Declared[] = [];
  #forget = () => {};

  private constructor(options: AttachmentOptions) {
    this.#options = options;
    const { memory, session, timer, arrivals, sums, scopes, events, hostName, isHeld } = options;
    const othersThere = () => this.#othersThere;
    this.#presence = new Presence({ memory, timer, hostName, isHeld, othersThere }, session, scopes);
    this.#reconciler = new Reconciler({
      store: memory.store,
      clock: memory.clock,
      random: memory.random,
      timer,
      session,
      sums,
      arrivals,
      scopes,
      signal: this.#over.signal,
      wholeWhenUnanswered: options.role === "spoke",
      published: events.published,
      reachable: () => this.reachable,
      events: {
        starting: events.reconciling,
        progress: events.progress,
        done: (result) => events.reconciled(result, session.neighbours.size > 0),
        failed: events.notReconciled,
      },
    });
  }

  /**
   * Declares what this host takes, then compares with the mesh. Rejects when the session ends meanwhile or the router
   * refuses.
   */
  static async make(options: AttachmentOptions): Promise<Attachment> {
    const attachment = new Attachment(options);
    try {
      await attachment.#declare();
      return attachment;
    } catch (error) {
      attachment.end();
      throw error;
    }
  }

  /** Whether somebody is there who stores what is put: another host, or our own router. */
  get reachable(): boolean {
    return !this.#over.signal.aborted && (this.#options.stores || this.#options.session.neighbours.size > 0);
  }

  /** The hosts of ours that are there now, this one among them. */
  get hosts(): readonly MeshHost[] {
    return [...this.#ours.values()];
  }

  /** Asks for a comparison. */
  reconcile(extent: Extent): void {
    this.#reconciler.request(0, extent);
  }

  /** Asks for one after a while. */
  lookAgain(): void {
    this.#later(LOOK_AGAIN_MS, () => this.#reconciler.request(0, "sums"));
  }

  /** Takes back what was declared, as far as that goes in the time given. */
  async undeclare(withinMs: number): Promise<void> {
    const all = Promise.allSettled([
      ...this.#declared.map((one) => one.undeclare()),
      this.#presence.undeclare(),
    ]);
    await within(this.#options.timer, withinMs, all, () => new Error("late")).catch(() => {});
  }

  /** The session is over. */
  end(): void {
    this.#forget();
    this.#presence.end();
    this.#over.abort();
  }

  async #declare(): Promise<void> {
    const { session, scopes, memory, sums, role, hostName, events } = this.#options;
    const { zid } = session;
    this.#declared.push(
      await session.watchAlive(`${ALIVE}/**`, (key, alive) => {
        const other = parseHostToken(key);
        if (other === undefined) return;
        if (alive) this.#ours.set(other.zid, other);
        else this.#ours.delete(other.zid);
        events.hosts();
      }),
    );
    this.#declared.push(
      await session.declareAlive(
        hostToken({ id: memory.identity.pcId, zid, role, version: VERSION, name: hostName }),
      ),
    );
    const keys = scopes.flatMap((scope) => SPACES.flatMap((space) => space.subscriptions(scope)));
    for (const one of keys) {
      this.#declared.push(await session.subscribe(one, (sample) => this.#receive(sample)));
    }
    if (role === "hub") {
      const answering = { store: memory.store, sums, host: zid };
      for (const space of SPACES) {
        for (const scope of scopes) {
          const key = space.syncKey(scope);
          if (key === undefined) continue;
          const answer = (question: Question) => answerSync(answering, space, scope, { ...question, key });
          this.#declared.push(await session.queryable(key, answer));
        }
      }
    }
    await this.#presence.begin();
    this.#forget = session.onNeighbours((neighbour, up) => {
      events.neighbours();
      if (up) this.#met(neighbour.zid);
    });
    events.neighbours();
    if (this.#options.stores) this.#reconciler.request(0, "everything");
    for (const other of session.neighbours.keys()) this.#met(other);
  }

  // A host or program that does not show itself as ours do, such as a Python host.
  get #othersThere(): boolean {
    return [...this.#options.session.neighbours.keys()].some((zid) =>
      !this.#ours.has(zid) && this.#strangers.has(zid)
    );
  }

  #receive(sample: Sample): void {
    this.#options.arrivals.receive(sample);
    // A put or DELETE on a pattern does to every key in the storages what it says; what is here stays as it is.
    if (!sample.key.includes("*") || !this.#options.stores) return;
    this.#options.events.overwritten(sample.key);
    this.#reconciler.request(SETTLE_MS, "everything");
  }

  #met(other: string): void {
    const [chance = 0] = this.#options.memory.random(1);
    this.#reconciler.request(SETTLE_MS * (1 + chance / 255), "sums");
    this.#later(LOOK_AGAIN_MS * (1 + chance / 255), () => this.#reconciler.request(0, "sums"));
    this.#later(SHOW_MS, () => {
      const { neighbours } = this.#options.session;
      if (this.#ours.has(other) || !neighbours.has(other)) return;
      this.#strangers.add(other);
      // It may have storages that nobody else answers for: a Python host's.
      if (this.#options.role === "hub" && neighbours.get(other)?.role === "router") {
        this.#reconciler.request(0, "everything");
      }
    });
  }

  #later(milliseconds: number, then: () => void): void {
    if (this.#over.signal.aborted) return;
    const cancel = this.#options.timer(milliseconds, () => {
      this.#over.signal.removeEventListener("abort", cancel);
      then();
    });
    this.#over.signal.addEventListener("abort", cancel);
  }
}
