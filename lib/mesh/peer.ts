import { join } from "node:path";
import type { Micros } from "../core/clock.ts";
import { Failure, messageOf } from "../core/errors.ts";
import { SESSIONS_FOLDER } from "../core/paths.ts";
import { DATABASE_FILE } from "../core/paths.ts";
import { type ScopeLabel, scopeLabel } from "../core/scope.ts";
import type { MemoryContext } from "../memory/context.ts";
import { outgoingDepth } from "../memory/outgoing.ts";
import { takeLock } from "../store/lock.ts";
import { openSlots, type Slots } from "../store/slots.ts";
import { type Admission, type AdmissionSource, watchAdmission } from "./admission.ts";
import { Allowances } from "./allowance.ts";
import { Arrivals } from "./arrivals.ts";
import { Attachment } from "./attachment.ts";
import { Commits } from "./commits.ts";
import { Drain } from "./drain.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Engine } from "./engine/find.ts";
import type { PeerEvent } from "./peer_event.ts";
import { type PeerAccess, peerLock, type PeerStatus, writePeerStatus } from "./peer_status.ts";
import { Realignments } from "./realign.ts";
import type { Reconciled } from "./reconcile.ts";
import { RefusalCounts } from "./refusals.ts";
import type { Router, RouterOptions } from "./router.ts";
import type { LinkTls, Volume } from "./router_config.ts";
import { type MeshSession, openSession } from "./session.ts";
import { Silence } from "./silence.ts";
import { type StorageLayout, storagesFor } from "./storages.ts";
import { Sums } from "./sums.ts";
import { superviseRouter, type Supervisor } from "./supervisor.ts";
import { sleep, type Timer } from "./timer.ts";
import { type TrustFiles, Trusting } from "./trusting.ts";
import { keepUp } from "./upkeep.ts";

export type { PeerEvent } from "./peer_event.ts";
export { peerRuns, type PeerStatus, readPeerStatus } from "./peer_status.ts";

/** What a peer is run with. */
export interface PeerOptions {
  readonly memory: MemoryContext;
  /** What people call this host. */
  readonly hostName: string;
  /** The state folder. */
  readonly state: string;
  readonly engine: Engine;
  readonly listen: readonly Endpoint[];
  readonly connect: readonly Endpoint[];
  readonly role: "hub" | "spoke";
  /** Whether a spoke has storages too. */
  readonly replica: boolean;
  readonly admission: Admission;
  /** Where it is read anew from while the peer runs; without it stays as it is. */
  readonly admissionSource?: AdmissionSource;
  /** Whom this host trusts and who it is; read again when the admission has changed. */
  readonly trustFiles: () => TrustFiles;
  /** How much is taken of one host; what all keep to when not given. */
  readonly allowances?: Allowances;
  readonly layout: StorageLayout;
  readonly volume: Volume;
  readonly tls: LinkTls | undefined;
  readonly timer: Timer;
  /** Told of what a log should show. Never of what a memory holds. */
  readonly tell: (event: PeerEvent) => void;
  /** Called at named points, where tests end the process. */
  readonly failPoint?: (name: string) => void;
}

/** A peer that runs. */
export interface Peer {
  readonly status: () => PeerStatus;
  /** Does what was asked of it in the database (`askToRealign`); of other processes' requests it learns by itself. */
  realign(): void;
  /**
   * Resolves when nothing of the shared scopes waits, all is confirmed and what the mesh has was taken; or when the time
   * is over, with what is left.
   */
  drained(withinMs: number): Promise<{ readonly left: number; readonly caughtUp: boolean }>;
  /** Stops it in order: sends what can be sent, takes back what it declared, ends the session, the router last. Within 5 s. */
  stop(): Promise<void>;
}

/** Another process is the peer of this state folder. */
export class PeerRuns extends Failure {}

/** Between two looks at whether all is drained. Milliseconds. */
const LOOK_MS = 25;

/** Parts of the 5 s that stopping may take; the router gets the rest. Milliseconds. */
const LAST_DRAIN_MS = 1_500;
const UNDECLARE_MS = 300;
const LAST_ARRIVALS_MS = 500;

/** Before another try to open a session with a router that runs. Milliseconds. */
const REOPEN_MS = 200;

/** The status is written this long after a change, and this often without one. Milliseconds. */
const STATUS_AFTER_MS = 1_000;
const STATUS_EVERY_MS = 60_000;

/** Starts the peer. Throws a PeerRuns when one runs, and what `startRouter` throws when the router does not start. */
export async function startPeer(options: PeerOptions): Promise<Peer> {
  const lock = takeLock(peerLock(options.state));
  if (lock === undefined) {
    throw new PeerRuns("Cannot start the peer: one runs already on this host. See `kioku-mesh peer status`.");
  }
  const peer = new RunningPeer(options, lock);
  try {
    await peer.start();
    return peer;
  } catch (error) {
    await peer.stop();
    throw error;
  }
}

class RunningPeer implements Peer {
  readonly #options: PeerOptions;
  readonly #lock: Disposable;
  readonly #stopping = new AbortController();
  #admission: Admission;
  #declared: readonly ScopeLabel[];
  readonly #refusals: RefusalCounts;
  #stopWatching = () => {};
  readonly #notCarried = new Set<ScopeLabel>();
  readonly #arrivals: Arrivals;
  readonly #drain: Drain;
  readonly #sums: Sums;
  readonly #realignments: Realignments;
  readonly #trusting: Trusting;
  readonly #silence: Silence;
  readonly #slots: Slots;
  #stopUpkeep = () => {};
  #commits: Commits | undefined;
  #supervisor: Supervisor | undefined;
  #session: MeshSession | undefined;
  #attachment: Attachment | undefined;
  #routerUp = false;
  #unanswered: readonly ScopeLabel[] = [];
  #lastReconcile: Micros | undefined;
  #lag: Micros | undefined;
  #confirmed = 0;
  #unstored = 0;
  #changedElsewhere = false;
  #cancelStatus: (() => void) | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: PeerOptions, lock: Disposable) {
    this.#options = options;
    this.#lock = lock;
    this.#admission = options.admission;
    this.#declared = options.admission.scopes.map(scopeLabel);
    const { store, clock } = options.memory;
    const { timer, failPoint = () => {}, tell } = options;
    this.#refusals = new RefusalCounts(clock, (refusal, again) => {
      tell({ kind: "turned-away", refusal, again });
      this.#changed();
    });
    this.#sums = new Sums(store, timer);
    this.#realignments = new Realignments(store, (extent) => this.#attachment?.reconcile(extent));
    this.#silence = new Silence(clock);
    this.#trusting = new Trusting(options.memory, timer, {
      touched: (ids) => this.#sums.touch(ids),
      published: () => this.#drain.wake(),
      trouble: this.#trouble,
    });
    this.#slots = openSlots(join(options.state, SESSIONS_FOLDER), false);
    this.#arrivals = new Arrivals({
      store,
      clock,
      timer,
      failPoint,
      republish: options.role === "hub",
      refuseUnproven: options.memory.settings.signatures === "refuse",
      allowances: options.allowances ?? new Allowances(clock),
      events: {
        applied: (ids, quarantined) => {
          this.#sums.touch(ids);
          if (quarantined > 0) tell({ kind: "quarantined", count: quarantined });
          this.#drain.wake();
        },
        learned: () => this.#trusting.learned(),
        refused: (error) => this.#trouble(messageOf(error)),
        slowed: (source) => tell({ kind: "slowed", source }),
        // What was let go lies in our storage, or the hub has it.
        overflowed: (source, letGo) => {
          tell({ kind: "let-go", source, count: letGo });
          this.#attachment?.reconcile(this.#stores ? "everything" : "sums");
        },
      },
    });
    this.#drain = new Drain({
      store,
      clock,
      timer,
      failPoint,
      shared: () => this.#shared(),
      events: {
        sending: (records) => this.#sums.touch(records.map(({ id }) => id)),
        confirmed: (count, lag) => {
          this.#confirmed += count;
          this.#lag = lag;
          this.#changed();
        },
        wentThrough: () => this.#tellRound(),
        differs: (sample) => this.#arrivals.fetched(sample),
        failed: ({ id, scope }, reason, unstored, retryMs) => {
          if (!unstored) return tell({ kind: "refused", id, scope, reason, retryMs });
          this.#unstored++;
          if (this.#unanswered.includes(scope)) this.#setAside(scope);
        },
      },
    });
  }

  async start(): Promise<void> {
    const { memory, state, admissionSource, trustFiles, timer, tell } = this.#options;
    this.#trusting.use(trustFiles());
    this.#supervisor = await superviseRouter(() => this.#routerOptions(), {
      up: (router) => {
        this.#routerUp = true;
        tell({ kind: "router-up", zid: router.zid, locators: router.locators });
        void this.#attend(router);
      },
      down: (reason, retryMs) => {
        this.#routerUp = false;
        tell({ kind: "router-down", reason, retryMs });
        this.#changed();
      },
    });
    if (admissionSource !== undefined) {
      this.#stopWatching = watchAdmission(admissionSource, this.#admission, timer, {
        changed: (admission) => this.#admit(admission),
        failed: this.#trouble,
      });
    }
    this.#commits = new Commits({
      store: memory.store,
      path: join(state, DATABASE_FILE),
      timer,
      changed: () => {
        this.#changedElsewhere = true;
        this.#realignments.look();
        this.#changed();
        this.#drain.wake();
      },
    });
    this.#stopUpkeep = keepUp({
      messaging: memory,
      timer,
      done: (aged) => {
        if (aged) this.#sums.touchAll();
        this.#drain.wake();
      },
      failed: (error) => this.#trouble(messageOf(error)),
    });
    this.#writeStatus();
  }

  #routerOptions(): RouterOptions {
    const { memory, state, engine, listen, connect, layout, volume, tls, timer } = this.#options;
    const { scopes, access } = this.#admission;
    return {
      engine,
      folder: join(state, "router"),
      listen,
      connect,
      storages: this.#stores ? storagesFor(scopes, layout) : [],
      volume,
      tls,
      access,
      refused: (refusal) => this.#refusals.add(refusal),
      clock: memory.clock,
      random: memory.random,
      timer,
    };
  }

  // What was sent and is not confirmed yet goes out again, and what others sent meanwhile they send again.
  #admit(admission: Admission): void {
    this.#admission = admission;
    this.#declared = admission.scopes.map(scopeLabel);
    this.#notCarried.clear();
    this.#trusting.use(this.#options.trustFiles());
    this.#options.tell({
      kind: "admission",
      scopes: this.#declared,
      granted: admission.access?.grants.length,
    });
    this.#supervisor?.renew("scopes, access or the certificate have changed");
  }

  status = (): PeerStatus => {
    const { store, clock } = this.#options.memory;
    return {
      routerUp: this.#routerUp,
      connected: [...this.#session?.neighbours.keys() ?? []],
      hosts: this.#attachment?.hosts ?? [],
      outbox: outgoingDepth(store, this.#shared()),
      lastReconcile: this.#lastReconcile,
      catchingUp: this.#lastReconcile === undefined,
      lag: this.#lag,
      access: this.#access(),
      updatedAt: clock(),
    };
  };

  #access(): PeerAccess | undefined {
    const { access } = this.#admission;
    if (access === undefined) return undefined;
    return { granted: access.grants.length, turnedAway: this.#refusals.total, wide: this.#refusals.wide };
  }

  realign(): void {
    this.#realignments.look();
  }

  async drained(withinMs: number): Promise<{ readonly left: number; readonly caughtUp: boolean }> {
    const { timer } = this.#options;
    let over = false;
    const cancel = timer(withinMs, () => over = true);
    const isOver = () => over || this.#stopping.signal.aborted;
    for (;; await sleep(timer, LOOK_MS)) {
      // Counting reads the whole outbox, so it is done only when it may be empty.
      const busy = this.#lastReconcile === undefined || this.#arrivals.busy || this.#trusting.busy ||
        this.#drain.busy;
      if (busy && !isOver()) continue;
      const { outbox, catchingUp } = this.status();
      if (outbox.waiting > 0 && !isOver()) continue;
      cancel();
      return { left: outbox.waiting, caughtUp: !catchingUp };
    }
  }

  stop(): Promise<void> {
    return this.#stopped ??= this.#stop();
  }

  async #stop(): Promise<void> {
    try {
      if (this.#attachment?.reachable && this.status().outbox.waiting > 0) await this.#lastDrain();
      this.#stopping.abort();
      this.#stopWatching();
      this.#stopUpkeep();
      await this.#attachment?.undeclare(UNDECLARE_MS);
      this.#detach(this.#session);
      this.#commits?.[Symbol.dispose]();
      await this.#arrivals.stop(LAST_ARRIVALS_MS);
      await this.#trusting.stop();
      await this.#drain.stop();
      this.#session?.close();
      await this.#supervisor?.stop();
      this.#routerUp = false;
      this.#cancelStatus?.();
      this.#writeStatus();
    } finally {
      this.#slots[Symbol.dispose]();
      this.#lock[Symbol.dispose]();
    }
  }

  async #lastDrain(): Promise<void> {
    const { timer } = this.#options;
    let over = false;
    const cancel = timer(LAST_DRAIN_MS, () => over = true);
    this.#drain.retryNow();
    while (!over && this.#drain.busy) await sleep(timer, LOOK_MS);
    cancel();
  }

  get #stores(): boolean {
    return this.#options.role === "hub" || this.#options.replica;
  }

  #shared(): ScopeLabel[] {
    return this.#declared.filter((scope) => !this.#notCarried.has(scope));
  }

  // One session after another with this router until it is gone.
  async #attend(router: Router): Promise<void> {
    const { timer, memory, tell } = this.#options;
    let gone = false;
    void router.ended.then(() => gone = true);
    while (!gone && !this.#stopping.signal.aborted) {
      let session: MeshSession | undefined;
      try {
        session = await openSession({ address: router.address, random: memory.random, timer });
        const reason = await this.#use(session);
        this.#detach(session);
        if (this.#stopping.signal.aborted) return;
        tell({ kind: "session-down", reason });
        if (reason.includes("does not answer")) return this.#supervisor?.restart(reason);
      } catch (error) {
        if (session !== undefined) this.#detach(session);
        if (!gone && !this.#stopping.signal.aborted) this.#trouble(messageOf(error));
      }
      await sleep(timer, REOPEN_MS, this.#stopping.signal);
    }
  }

  // Resolves with the reason when the session ends.
  async #use(session: MeshSession): Promise<string> {
    const { memory, timer, role, hostName, tell } = this.#options;
    this.#session = session;
    if (this.#stopping.signal.aborted) session.close();
    const attachment = await Attachment.make({
      memory,
      session,
      timer,
      role,
      hostName,
      isHeld: this.#slots.isHeld,
      stores: this.#stores,
      scopes: this.#declared,
      arrivals: this.#arrivals,
      sums: this.#sums,
      events: {
        hosts: () => this.#changed(),
        neighbours: () => {
          tell({ kind: "connected", hosts: [...session.neighbours.keys()] });
          const reachable = this.#stores || session.neighbours.size > 0;
          this.#drain.use(reachable ? session : undefined);
          this.#changed();
        },
        overwritten: (pattern) => tell({ kind: "overwritten", pattern }),
        published: () => this.#drain.wake(),
        reconciling: (extent) => {
          this.#realignments.begins(extent);
          // Not all that others commit goes through the outbox: what Python's version left is taken over, for one.
          if (this.#changedElsewhere) this.#sums.touchAll();
          this.#changedElsewhere = false;
        },
        progress: (done, of) => this.#realignments.progress(done, of),
        reconciled: (result, linked) => this.#reconciled(result, linked),
        notReconciled: this.#trouble,
      },
    }).catch((error) => {
      session.close();
      throw error;
    });
    this.#attachment = attachment;
    this.#realignments.again();
    const reason = await session.closed;
    attachment.end();
    return reason;
  }

  #detach(session: MeshSession | undefined): void {
    if (this.#session !== session) return;
    this.#drain.use(undefined);
    this.#attachment?.end();
    this.#attachment = undefined;
    this.#changed();
  }

  #reconciled({ fetched, published, unanswered, heard }: Reconciled, linked: boolean): void {
    const { tell, memory, role } = this.#options;
    tell({ kind: "reconciled", fetched, published });
    // A spoke that has storages of its own has compared with those alone when it has no link.
    if (role === "spoke" && !linked) return;
    this.#realignments.finished({ fetched, published });
    if (heard) this.#silence.heard();
    else if (!this.#stores && outgoingDepth(memory.store, this.#declared).waiting > 0) this.#unheard();
    const first = this.#lastReconcile === undefined;
    this.#lastReconcile = memory.clock();
    // Our own storage carries what this host declares.
    this.#unanswered = this.#stores ? [] : unanswered;
    this.#notCarried.clear();
    this.#drain.wake();
    if (first) tell({ kind: "caught-up" });
    this.#changed();
  }

  #unheard(): void {
    if (!this.#silence.unanswered()) return this.#attachment?.lookAgain();
    void this.#supervisor?.restart("the hosts that it is linked to do not answer");
  }

  #setAside(scope: ScopeLabel): void {
    if (this.#notCarried.has(scope)) return;
    this.#notCarried.add(scope);
    this.#options.tell({ kind: "not-carried", scope });
  }

  #tellRound(): void {
    const { tell } = this.#options;
    if (this.#unstored > 0) tell({ kind: "unconfirmed", count: this.#unstored });
    this.#unstored = 0;
    if (this.#confirmed === 0 || this.status().outbox.waiting > 0) return;
    tell({ kind: "drained", count: this.#confirmed });
    this.#confirmed = 0;
  }

  #trouble = (reason: string): void => this.#options.tell({ kind: "trouble", reason });

  // Something that the status shows has changed, so it is written soon.
  #changed(): void {
    if (this.#stopping.signal.aborted) return;
    this.#scheduleStatus(STATUS_AFTER_MS);
  }

  #scheduleStatus(inMs: number): void {
    if (inMs === STATUS_AFTER_MS && this.#statusIsSoon) return;
    this.#cancelStatus?.();
    this.#statusIsSoon = inMs === STATUS_AFTER_MS;
    this.#cancelStatus = this.#options.timer(inMs, () => {
      this.#statusIsSoon = false;
      this.#writeStatus();
      this.#scheduleStatus(STATUS_EVERY_MS);
    });
  }

  #statusIsSoon = false;

  #writeStatus(): void {
    try {
      writePeerStatus(this.#options.memory.store, this.status());
    } catch (error) {
      this.#trouble(messageOf(error));
    }
  }
}
