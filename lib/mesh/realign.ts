import { isObject } from "../core/json.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import type { Store } from "../store/store.ts";

/**
 * How far a comparison goes beyond what hosts tell each other: not at all, to all tombstones that storages hold, or to all
 * that they hold.
 */
export type Extent = "sums" | "tombstones" | "everything";

/** What is asked of the peer of this host, by itself or by another process: the database is all that they share. */
export interface RealignRequest {
  readonly id: string;
  readonly extent: Extent;
}

/** What has become of it. */
export interface RealignState {
  readonly id: string;
  /** Steps that are done, of how many. */
  readonly done: number;
  readonly of: number;
  /** Once it is over. */
  readonly result: { readonly fetched: number; readonly published: number } | undefined;
}

const REQUEST = "realign_request";
const STATE = "realign_state";

const EXTENTS: readonly Extent[] = ["sums", "tombstones", "everything"];

/** The wider one. */
export function wider(one: Extent, other: Extent): Extent {
  return EXTENTS.indexOf(one) > EXTENTS.indexOf(other) ? one : other;
}

/** Asks the peer; it looks as soon as it learns that the database has changed. */
export function askToRealign(store: Store, request: RealignRequest): void {
  store.write(() => writeMeta(store, REQUEST, JSON.stringify(request)));
}

/** What the peer says of a request; undefined while it says nothing. */
export function realignState(store: Store, id: string): RealignState | undefined {
  const read = parsed(readMeta(store, STATE));
  if (read?.id !== id || typeof read.done !== "number" || typeof read.of !== "number") return undefined;
  const { done, of, fetched, published } = read;
  const over = typeof fetched === "number" && typeof published === "number";
  return { id, done, of, result: over ? { fetched, published } : undefined };
}

/** The peer's side: one request at a time, the last that was made. */
export class Realignments {
  readonly #store: Store;
  readonly #compare: (extent: Extent) => void;
  #asked: RealignRequest | undefined;
  /** What the comparison that runs was begun for. */
  #runs: RealignRequest | undefined;
  #lastId: string | undefined;

  /** `compare` asks for a comparison. What was asked before is not done now: nobody waits for it any more. */
  constructor(store: Store, compare: (extent: Extent) => void) {
    this.#store = store;
    this.#compare = compare;
    this.#lastId = requested(store)?.id;
  }

  /** Looks whether something is asked. */
  look(): void {
    let request: RealignRequest | undefined;
    try {
      request = requested(this.#store);
    } catch {
      // The database is in trouble; whoever writes to it will say so.
    }
    if (request === undefined || request.id === this.#lastId) return;
    this.#lastId = request.id;
    this.#asked = request;
    this.#compare(request.extent);
  }

  /** What was asked for went with the last session. */
  again(): void {
    if (this.#asked !== undefined) this.#compare(this.#asked.extent);
  }

  /** A comparison begins; what is asked later is not its business. */
  begins(extent: Extent): void {
    const asked = this.#asked;
    this.#runs = asked !== undefined && wider(extent, asked.extent) === extent ? asked : undefined;
  }

  /** It goes on. */
  progress(done: number, of: number): void {
    this.#write({ done, of });
  }

  /** It is over. */
  finished({ fetched, published }: { readonly fetched: number; readonly published: number }): void {
    this.#write({ done: 1, of: 1, fetched, published });
    if (this.#asked === this.#runs) this.#asked = undefined;
    this.#runs = undefined;
  }

  #write(state: Readonly<Record<string, number>>): void {
    const id = this.#runs?.id;
    if (id === undefined) return;
    this.#store.write(() => writeMeta(this.#store, STATE, JSON.stringify({ id, ...state })));
  }
}

function requested(store: Store): RealignRequest | undefined {
  const read = parsed(readMeta(store, REQUEST));
  const extent = EXTENTS.find((each) => each === read?.extent);
  return typeof read?.id !== "string" || extent === undefined ? undefined : { id: read.id, extent };
}

function parsed(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const read: unknown = JSON.parse(text ?? "");
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}
