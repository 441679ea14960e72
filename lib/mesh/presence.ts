import { MESH, type ScopeLabel, scopeLabel } from "../core/scope.ts";
import type { MemoryContext } from "../memory/context.ts";
import { agentToken, agentTokens, type Alive, parseAgentToken } from "../messaging/agent_token.ts";
import { shownHere } from "../messaging/agents.ts";
import { formatHeartbeat, HEARTBEAT_MS, NO_HEARTBEAT } from "../messaging/heartbeat.ts";
import { presenceKey } from "../messaging/keys.ts";
import { heartbeatsThere, noteGone, notePresent, noteUnseenGone } from "../messaging/presence.ts";
import { readScope } from "../messaging/scopes.ts";
import { sessionsHere } from "../messaging/sessions.ts";
import type { Declared, MeshSession } from "./session.ts";
import type { Timer } from "./timer.ts";

/** What showing who is there needs. */
export interface PresenceOptions {
  readonly memory: MemoryContext;
  readonly timer: Timer;
  readonly hostName: string;
  /** Whether a process of this host holds the session lock of that number. */
  readonly isHeld: (slot: number) => boolean;
  /** Whether a host or program is in reach that knows heartbeats alone: Python's. */
  readonly othersThere: () => boolean;
}

/** How often it is looked which sessions are on this host. Milliseconds. */
const LOOK_MS = 1_000;

/** What the mesh tells is written together, so that fifty sessions that come at once are one transaction. Milliseconds. */
const WRITE_AFTER_MS = 20;

/** After so long everything that is alive has been told after a session with the router began. Milliseconds. */
const SETTLE_MS = 3_000;

/**
 * Shows this host's sessions to the mesh and notes whom the mesh shows, as long as one session with the router lasts. A session
 * shows itself to its user and its teams, and to the whole mesh where that was chosen.
 */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #session: MeshSession;
  readonly #scopes: readonly ScopeLabel[];
  readonly #tokens = new Map<string, Declared>();
  readonly #beats = new Map<string, number>();
  #watched: Declared[] = [];
  #news: { readonly alive: Alive; readonly there: boolean }[] = [];
  #cancels = new Set<() => void>();
  #over = false;

  constructor(options: PresenceOptions, session: MeshSession, scopes: readonly ScopeLabel[]) {
    this.#options = options;
    this.#session = session;
    this.#scopes = scopes;
  }

  /** Begins. Rejects when the session ends meanwhile or the router refuses. */
  async begin(): Promise<void> {
    const since = this.#options.memory.clock();
    for (const scope of this.#scopes) {
      this.#watched.push(
        await this.#session.watchAlive(agentTokens(scope), (key, there) => this.#hear(scope, key, there)),
      );
    }
    this.#later(SETTLE_MS, () => {
      this.#write();
      this.#notice(since);
    });
    await this.#look();
  }

  /** Takes back what was declared. */
  undeclare(): Promise<unknown> {
    return Promise.allSettled([...this.#tokens.values(), ...this.#watched].map((one) => one.undeclare()));
  }

  /** The session is over: nobody tells any more who is elsewhere. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    for (const cancel of this.#cancels) cancel();
    this.#notice(Infinity);
  }

  #hear(scope: ScopeLabel, key: string, there: boolean): void {
    const alive = parseAgentToken(key);
    const { identity } = this.#options.memory;
    if (this.#over || alive?.scope !== scope || alive.shown.pcId === identity.pcId) return;
    if (this.#news.push({ alive, there }) === 1) this.#later(WRITE_AFTER_MS, () => this.#write());
  }

  #write(): void {
    const { store, clock } = this.#options.memory;
    const news = this.#news;
    this.#news = [];
    if (news.length === 0) return;
    this.#guarded(() =>
      store.write(() => {
        for (const { alive, there } of news) {
          if (there) notePresent(store, alive, clock());
          else noteGone(store, alive.scope, alive.shown.session, clock());
        }
      })
    );
  }

  #notice(since: number): void {
    const { store, clock } = this.#options.memory;
    this.#guarded(() => store.write(() => noteUnseenGone(store, since, clock())));
  }

  // Again and again until it is over.
  async #look(): Promise<void> {
    try {
      const wanted = this.#wanted();
      for (const [key, declared] of this.#tokens) {
        if (wanted.has(key)) continue;
        this.#tokens.delete(key);
        await declared.undeclare();
      }
      for (const key of wanted.keys()) {
        if (!this.#tokens.has(key)) this.#tokens.set(key, await this.#session.declareAlive(key));
      }
      await this.#beat([...wanted.values()]);
    } catch {
      // The session is over, which its owner hears, or the database is in trouble, and it is looked again.
    }
    this.#later(LOOK_MS, () => void this.#look());
  }

  // What is to be alive, by its key.
  #wanted(): Map<string, Alive> {
    const { memory, isHeld, hostName } = this.#options;
    const { settings, store, clock } = memory;
    const all = sessionsHere(store, isHeld, clock()).flatMap((session) =>
      session.scopes.filter((scope) =>
        this.#scopes.includes(scope) && (scope !== scopeLabel(MESH) || settings.presenceInMesh)
      ).map((scope): Alive => ({ scope, shown: shownHere(memory, session, hostName) }))
    );
    return new Map(all.map((alive) => [agentToken(alive), alive]));
  }

  // Python's hosts see no tokens. What they would still read of a session that has gone is put over.
  async #beat(alive: readonly Alive[]): Promise<void> {
    const { memory, othersThere } = this.#options;
    const now = memory.clock();
    const needed = othersThere() || heartbeatsThere(memory.store, now);
    const wanted = new Map(
      (needed ? alive : []).map(({ scope, shown }) => [
        presenceKey(readScope(scope), shown.agent, shown.session),
        { scope, shown },
      ]),
    );
    for (const key of this.#beats.keys()) {
      if (wanted.has(key)) continue;
      this.#beats.delete(key);
      await this.#session.putAcknowledged(key, NO_HEARTBEAT);
    }
    for (const [key, one] of wanted) {
      if (now - (this.#beats.get(key) ?? -Infinity) < HEARTBEAT_MS * 1_000) continue;
      this.#beats.set(key, now);
      await this.#session.putAcknowledged(key, formatHeartbeat(one, now));
    }
  }

  // The database's trouble is told by whoever saves; here it only makes what is seen late.
  #guarded(work: () => void): void {
    try {
      work();
    } catch {
      return;
    }
  }

  #later(milliseconds: number, then: () => void): void {
    if (this.#over) return;
    const cancel = this.#options.timer(milliseconds, () => {
      this.#cancels.delete(cancel);
      then();
    });
    this.#cancels.add(cancel);
  }
}
