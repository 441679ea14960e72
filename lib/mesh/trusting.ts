import { messageOf } from "../core/errors.ts";
import type { MemoryContext } from "../memory/context.ts";
import { type Recheck, recheck } from "../memory/recheck.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import { publishCertificate, trustAuthorities } from "../trust/publish.ts";
import { sleep, type Timer } from "./timer.ts";

/** Whom this host trusts, and who it is. Both PEM; undefined where there is none. */
export interface TrustFiles {
  /** The authorities' certificates. */
  readonly authority: string | undefined;
  /** This host's. */
  readonly certificate: string | undefined;
}

/** What happens meanwhile. */
export interface TrustingEvents {
  /** Records were judged again. */
  touched(ids: readonly string[]): void;
  /** This host's certificate may have got into the outbox. */
  published(): void;
  trouble(reason: string): void;
}

/** Between two transactions: SQLite hands the lock to whoever happens to try, so others need a gap. Milliseconds. */
const GAP_MS = 5;

/** Facts: what still has to be judged again, so that an end in between makes no difference; the policy that was in force. */
const PENDING = "recheck";
const POLICY = "signatures";

/** Keeps what is known of certificates, and the verdicts that follow, up to date while the peer runs. */
export class Trusting {
  readonly #stopping = new AbortController();
  #pending: Recheck["cause"] | undefined;
  #running: Promise<void> | undefined;

  constructor(readonly memory: MemoryContext, readonly timer: Timer, readonly events: TrustingEvents) {}

  /** Takes over whom this host trusts and sends its own certificate out: at the start, and when the files have changed. */
  use({ authority, certificate }: TrustFiles): void {
    const { memory: { store, clock, settings }, events } = this;
    const anew = store.write(() => {
      const trusted = trustAuthorities(store, authority, clock());
      const policy = readMeta(store, POLICY) ?? "accept";
      if (policy !== settings.signatures) writeMeta(store, POLICY, settings.signatures);
      return trusted || policy !== settings.signatures;
    });
    if (authority !== undefined && certificate !== undefined) {
      try {
        publishCertificate(store, certificate, clock());
        events.published();
      } catch (error) {
        events.trouble(messageOf(error));
      }
    }
    const left = readMeta(store, PENDING);
    if (anew || left === "all") this.#request("all");
    else if (authority !== undefined) this.#request("certificates");
  }

  /** A certificate or a revocation has come. */
  learned(): void {
    this.#request("certificates");
  }

  /** Whether something is being judged again. */
  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** Ends it; what is left is done at the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #request(cause: Recheck["cause"]): void {
    const { store } = this.memory;
    this.#pending = this.#pending === "all" ? "all" : cause;
    if (cause === "all") store.write(() => writeMeta(store, PENDING, cause));
    this.#running ??= this.#run().finally(() => this.#running = undefined);
  }

  async #run(): Promise<void> {
    const { memory: { store, settings }, timer, events } = this;
    // What came in the same turn is judged together.
    await Promise.resolve();
    while (this.#pending !== undefined) {
      const cause = this.#pending;
      this.#pending = undefined;
      try {
        for (const ids of recheck({ store, cause, refuseUnproven: settings.signatures === "refuse" })) {
          if (ids.length > 0) events.touched(ids);
          await sleep(timer, GAP_MS, this.#stopping.signal);
          if (this.#stopping.signal.aborted) return;
        }
        if (cause === "all") store.write(() => writeMeta(store, PENDING, undefined));
      } catch (error) {
        // The database is in trouble; the next certificate or start makes up for it.
        return events.trouble(messageOf(error));
      }
    }
  }
}
