import type { Random } from "../core/random.ts";
import { Failure, messageOf } from "../core/errors.ts";
import { Answers } from "./answers.ts";
import type { Timer } from "./timer.ts";
import { sleep, within } from "./timer.ts";
import {
  decodeMessage,
  type IncomingQuery,
  type Message,
  type Neighbour,
  type Sample,
} from "./wire/messages.ts";
import {
  declareLivenessSubscriber,
  declareQueryable,
  declareSubscriber,
  declareToken,
  declareTransportListener,
  get,
  links,
  put,
  reply,
  replyError,
  replyFinal,
  type Request,
  sessionInfo,
  undeclare,
} from "./wire/requests.ts";
import { type LoopbackAddress, RouterSocket } from "./websocket.ts";

export type { Neighbour, Role, Sample } from "./wire/messages.ts";
export type { LoopbackAddress } from "./websocket.ts";

/** A declaration in the router; it ends with the session at the latest. */
export interface Declared {
  /** Takes it back. */
  undeclare(): Promise<void>;
}

/** A question that another host, or this one, asked. */
export interface Question {
  readonly key: string;
  readonly parameters: string;
  /** Empty when the asker sent none. */
  readonly payload: Uint8Array;
}

/** One value that answers a question. Its key must be among those that were asked for. */
export interface Answer {
  readonly key: string;
  readonly payload: Uint8Array | string;
}

/** How `getAll` asks. */
export interface GetOptions {
  /** How long answers may take in all. Milliseconds; 30,000 when not given. */
  readonly timeoutMs?: number;
  /** Goes with the question. */
  readonly payload?: Uint8Array;
  /** Parameters of the selector, `name=value` with `;` between. */
  readonly parameters?: string;
}

/** Our session is gone, and with it every declaration. Open another one when the router is ready. */
export class SessionClosed extends Failure {}

/** The router refused a request, or took too long. After a timeout the request may have been carried out. */
export class RequestFailed extends Failure {}

/**
 * Not all that could answer did: what came is true, what did not come may exist. `cause` says why: time ran out, somebody
 * answered with an error, or a host went away while answers came.
 */
export class PartialAnswer extends Failure {
  /** Answers that did come. */
  readonly received: number;

  constructor(selector: string, cause: string, received: number) {
    super(`Cannot get all of ${selector}: ${cause}; ${received} came. Ask again.`);
    this.received = received;
  }
}

/** Our session with our router. Nothing here is lost in silence: what fails rejects, and `closed` tells of the end. */
export interface MeshSession {
  /** Our router's id in the mesh. */
  readonly zid: string;
  /** Resolves with the reason, once, when the session ends, however it ends. Never rejects. */
  readonly closed: Promise<string>;
  /** The hosts that our router has a link to now, by id. */
  readonly neighbours: ReadonlyMap<string, Neighbour>;
  /** Calls back after every change of `neighbours`. Returns how to stop it. */
  onNeighbours(changed: (neighbour: Neighbour, up: boolean) => void): () => void;
  /**
   * Publishes a value and waits until the router has taken it: handed to its storages and links, not necessarily stored
   * there. Never drops it for congestion. Calls may overlap by the hundred; they are sent in order.
   */
  putAcknowledged(key: string, payload: Uint8Array | string): Promise<void>;
  /**
   * Gives every answer of everybody to `receive`, one host's after another's, the same key more than once when several
   * hosts have it. Resolves with their number when all have answered whole; otherwise rejects with a PartialAnswer.
   */
  getAll(keys: string, receive: (sample: Sample) => void, options?: GetOptions): Promise<number>;
  /** Calls back for every value and DELETE that is published from now on; resolves when the router knows. */
  subscribe(keys: string, receive: (sample: Sample) => void): Promise<Declared>;
  /** Answers questions. What `answer` throws goes to the asker as an error, in one line. */
  queryable(
    keys: string,
    answer: (question: Question) => AsyncIterable<Answer> | Iterable<Answer>,
  ): Promise<Declared>;
  /** Shows the key as alive to everybody until the session or its host ends. */
  declareAlive(key: string): Promise<Declared>;
  /** Calls back for every key that is alive now, comes alive or ceases to be. */
  watchAlive(keys: string, changed: (key: string, alive: boolean) => void): Promise<Declared>;
  /** Ends the session. */
  close(): void;
}

/** What a session is opened with. */
export interface SessionOptions {
  readonly address: LoopbackAddress;
  readonly random: Random;
  readonly timer: Timer;
  /** Ends the attempt; an open session is not touched. */
  readonly signal?: AbortSignal;
  /** How long one request may take. Milliseconds. */
  readonly answerWithinMs?: number;
  /** The router is asked for its links this often. Milliseconds. */
  readonly heartbeatMs?: number;
}

/**
 * How long a request may take. A put waits in the router while a link is congested, at most until that link's lease
 * (10 s) is over; so this is longer.
 */
const ANSWER_WITHIN_MS = 15_000;

/**
 * How often the router is asked for its links: for those that it does not tell of, and for a sign of life, since a router that
 * hangs is not noticed otherwise as one is that is killed.
 */
const HEARTBEAT_MS = 1_000;

/** The plugin takes frames up to 16 MiB and ends the session at a larger one; some of it is for the key. Bytes. */
const LARGEST_PUT = 15 * 1024 * 1024;

/** Answers to a question that may wait for their acknowledgement at a time. */
const REPLIES_IN_FLIGHT = 256;

/**
 * When a host goes away, the end of a query that it took part in may come before the news of its link. For keys that several
 * hosts can answer we wait this long for the news. Milliseconds.
 */
const LINK_NEWS_MS = 25;

/** How much longer than the router we wait for the end of a query. */
const GRACE_MS = 2_000;

/**
 * Opens a session with the router at `address`, at once or not at all: it rejects when nothing answers there. Waiting for
 * a router is the caller's business (router.ts).
 */
export async function openSession(options: SessionOptions): Promise<MeshSession> {
  const { address, random, timer, answerWithinMs = ANSWER_WITHIN_MS } = options;
  const socket = await within(
    timer,
    answerWithinMs,
    RouterSocket.connect(address, random, options.signal),
    () => new RequestFailed("Cannot open a session: the router does not answer. Restart the peer."),
  );
  const session = new RouterSession(socket, timer, answerWithinMs);
  try {
    await session.begin(options.heartbeatMs ?? HEARTBEAT_MS);
    options.signal?.throwIfAborted();
    return session;
  } catch (error) {
    session.close();
    throw error;
  }
}

interface PendingGet {
  readonly receive: (sample: Sample) => void;
  readonly finish: () => void;
  received: number;
  refusal: string | undefined;
}

class RouterSession implements MeshSession {
  zid = "";
  readonly closed: Promise<string>;
  readonly neighbours = new Map<string, Neighbour>();
  readonly #socket: RouterSocket;
  readonly #timer: Timer;
  readonly #answers: Answers;
  readonly #gets = new Map<number, PendingGet>();
  readonly #subscribers = new Map<number, (sample: Sample) => void>();
  readonly #queryables = new Map<number, (question: Question) => AsyncIterable<Answer> | Iterable<Answer>>();
  readonly #watchers = new Set<(neighbour: Neighbour, up: boolean) => void>();
  #nextId = 1;
  /** Those whose links are older than this session: the router does not say when they end. */
  readonly #older = new Set<string>();
  /** Those that the router listed and did not tell of. */
  #untold = new Set<string>();
  #linksLost = 0;
  #stopHeartbeat = () => {};
  #reason: string | undefined;

  constructor(socket: RouterSocket, timer: Timer, answerWithinMs: number) {
    this.#socket = socket;
    this.#timer = timer;
    this.#answers = new Answers(timer, answerWithinMs);
    this.closed = socket.receive((bytes) => this.#receive(decodeMessage(bytes))).then((reason) =>
      this.#end(reason)
    );
  }

  async begin(heartbeatMs: number): Promise<void> {
    const [info] = await Promise.all([
      this.#request(sessionInfo),
      this.#request(declareTransportListener(this.#nextId++)),
    ]);
    if (info.kind !== "info") {
      throw new RequestFailed("Cannot open a session: the router does not say who it is.");
    }
    this.zid = info.zid;
    for (const zid of this.neighbours.keys()) this.#older.add(zid);
    this.#beat(heartbeatMs);
  }

  onNeighbours(changed: (neighbour: Neighbour, up: boolean) => void): () => void {
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  }

  async putAcknowledged(key: string, payload: Uint8Array | string): Promise<void> {
    // A put to a wildcard writes over every key that it matches.
    if (/[*$?#]/.test(key)) {
      throw new RequestFailed(`Cannot put under ${key}: it is not one key but a pattern.`);
    }
    const bytes = bytesOf(payload);
    if (bytes.length > LARGEST_PUT) {
      throw new RequestFailed(
        `Cannot put ${bytes.length} bytes under ${key}: ${LARGEST_PUT} is the most. Shorten it.`,
      );
    }
    await this.#request(put(key, bytes));
  }

  async getAll(keys: string, receive: (sample: Sample) => void, options: GetOptions = {}): Promise<number> {
    const { timeoutMs = 30_000, parameters = "" } = options;
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<void>();
    const pending: PendingGet = { receive, finish: resolve, received: 0, refusal: undefined };
    const lostBefore = this.#linksLost;
    this.#gets.set(id, pending);
    const late = () =>
      new PartialAnswer(keys, `the router did not end the query in ${timeoutMs} ms`, pending.received);
    try {
      await this.#request(get(id, { keys, parameters }, options.payload, timeoutMs));
      await within(this.#timer, timeoutMs + GRACE_MS, promise, late);
      if (keys.includes("*")) {
        await sleep(this.#timer, LINK_NEWS_MS);
        if (this.#older.size > 0) await this.#lookAtLinks();
      }
    } finally {
      this.#gets.delete(id);
    }
    if (this.#reason !== undefined) throw this.#gone();
    if (pending.refusal !== undefined) throw new PartialAnswer(keys, pending.refusal, pending.received);
    if (this.#linksLost !== lostBefore) {
      throw new PartialAnswer(keys, "a host went away meanwhile", pending.received);
    }
    return pending.received;
  }

  subscribe(keys: string, receive: (sample: Sample) => void): Promise<Declared> {
    const id = this.#nextId++;
    return this.#declare(this.#subscribers, id, receive, declareSubscriber(id, keys));
  }

  queryable(
    keys: string,
    answer: (question: Question) => AsyncIterable<Answer> | Iterable<Answer>,
  ): Promise<Declared> {
    const id = this.#nextId++;
    return this.#declare(this.#queryables, id, answer, declareQueryable(id, keys));
  }

  declareAlive(key: string): Promise<Declared> {
    const id = this.#nextId++;
    return this.#declare(new Map<number, true>(), id, true, declareToken(id, key));
  }

  watchAlive(keys: string, changed: (key: string, alive: boolean) => void): Promise<Declared> {
    const id = this.#nextId++;
    const receive = (sample: Sample) => changed(sample.key, !sample.deleted);
    return this.#declare(this.#subscribers, id, receive, declareLivenessSubscriber(id, keys));
  }

  close(): void {
    this.#end("this side closed the session");
    this.#socket.close();
  }

  async #declare<T>(into: Map<number, T>, id: number, what: T, request: Request): Promise<Declared> {
    // Before the request: the first sample may come before the answer.
    into.set(id, what);
    try {
      await this.#request(request);
    } catch (error) {
      into.delete(id);
      throw error;
    }
    return {
      undeclare: async () => {
        if (!into.has(id)) return;
        await this.#request(undeclare(request, id));
        into.delete(id);
      },
    };
  }

  async #request(request: Request): Promise<Message> {
    if (this.#reason !== undefined) throw this.#gone();
    const { bytes, answer } = this.#answers.expect(request);
    await this.#socket.send(bytes);
    const message = await answer;
    if (message === undefined) {
      if (this.#reason !== undefined) throw this.#gone();
      throw new RequestFailed("Cannot reach the mesh: the router took too long to answer. Try again.");
    }
    if (message.kind === "error") {
      throw new RequestFailed(`Cannot reach the mesh: the router refused: ${message.error}.`);
    }
    return message;
  }

  // An exception here is a defect of ours or bytes that are no message: the session ends and says so.
  #receive(message: Message): void {
    switch (message.kind) {
      case "sample":
        return this.#subscribers.get(message.subscriber)?.(message.sample);
      case "reply":
        return this.#replied(message.get, message.sample);
      case "refusal": {
        const pending = this.#gets.get(message.get);
        if (pending !== undefined) pending.refusal ??= `a host answered "${message.error.slice(0, 200)}"`;
        return;
      }
      case "final":
        return this.#gets.get(message.get)?.finish();
      case "query":
        return void this.#answer(message.queryable, message.query);
      case "link":
        return this.#linkChanged(message.neighbour, message.up);
      default:
        if (message.sequence !== undefined) this.#answers.give(message.sequence, message);
    }
  }

  #replied(get: number, sample: Sample): void {
    const pending = this.#gets.get(get);
    if (pending === undefined) return;
    pending.received++;
    pending.receive(sample);
  }

  #linkChanged(neighbour: Neighbour, up: boolean): void {
    // It went before it came again, and nobody said so.
    if (this.#older.delete(neighbour.zid) && up) this.#linkChanged(neighbour, false);
    if (up) this.neighbours.set(neighbour.zid, neighbour);
    else {
      this.neighbours.delete(neighbour.zid);
      this.#linksLost++;
    }
    for (const changed of this.#watchers) changed(neighbour, up);
  }

  async #answer(queryable: number, query: IncomingQuery): Promise<void> {
    try {
      const answer = this.#queryables.get(queryable);
      if (answer !== undefined) await this.#sendAnswers(query, answer);
      await this.#request(replyFinal(query.id));
    } catch {
      // The session is gone or the asker no longer waits; `closed` tells of the former, the asker knows the latter.
    }
  }

  async #sendAnswers(
    query: IncomingQuery,
    answer: (question: Question) => AsyncIterable<Answer> | Iterable<Answer>,
  ): Promise<void> {
    const { key, parameters, payload = new Uint8Array() } = query;
    let sent: Promise<Message>[] = [];
    try {
      for await (const one of answer({ key, parameters, payload })) {
        const acknowledged = this.#request(reply(query.id, one.key, bytesOf(one.payload)));
        // Looked at below; a rejection meanwhile must not count as unhandled.
        acknowledged.catch(() => {});
        sent.push(acknowledged);
        if (sent.length < REPLIES_IN_FLIGHT) continue;
        await Promise.all(sent);
        sent = [];
      }
      await Promise.all(sent);
    } catch (error) {
      await this.#request(replyError(query.id, messageOf(error).slice(0, 200)));
    }
  }

  #beat(heartbeatMs: number): void {
    if (this.#reason !== undefined) return;
    this.#stopHeartbeat = this.#timer(heartbeatMs, () => void this.#checkAlive(heartbeatMs));
  }

  async #checkAlive(heartbeatMs: number): Promise<void> {
    try {
      await this.#lookAtLinks();
      this.#beat(heartbeatMs);
    } catch {
      this.#end("the router does not answer any more");
      this.#socket.close();
    }
  }

  async #lookAtLinks(): Promise<void> {
    const older = [...this.#older];
    const answer = await this.#request(links);
    if (answer.kind !== "links") {
      throw new RequestFailed("Cannot reach the mesh: the router does not list its links.");
    }
    const there = new Set(answer.neighbours.map(({ zid }) => zid));
    for (const zid of older) {
      const neighbour = this.neighbours.get(zid);
      if (neighbour !== undefined && this.#older.has(zid) && !there.has(zid)) {
        this.#linkChanged(neighbour, false);
      }
    }
    // What the router is about to tell of is not in the list twice in a row.
    const untold = answer.neighbours.filter(({ zid }) => !this.neighbours.has(zid));
    for (const neighbour of untold.filter(({ zid }) => this.#untold.has(zid))) {
      this.#linkChanged(neighbour, true);
      this.#older.add(neighbour.zid);
    }
    this.#untold = new Set(untold.map(({ zid }) => zid));
  }

  #end(reason: string): string {
    if (this.#reason !== undefined) return this.#reason;
    this.#reason = reason;
    this.#stopHeartbeat();
    this.#answers.end();
    for (const pending of this.#gets.values()) pending.finish();
    this.neighbours.clear();
    return reason;
  }

  #gone(): SessionClosed {
    return new SessionClosed(
      `Cannot reach the mesh: ${this.#reason}. It is tried again when the router is back.`,
    );
  }
}

function bytesOf(payload: Uint8Array | string): Uint8Array {
  return typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
}
