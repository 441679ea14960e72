import type { Random } from "../core/random.ts";
import { messageOf } from "../core/errors.ts";
import { encodeFrame, FrameReader, OPCODE } from "./frames.ts";

/** Where the router's remote-api listens, and whom to trust there. */
export interface LoopbackAddress {
  /** On 127.0.0.1. */
  readonly port: number;
  /** PEM of the only authority whose certificate is accepted. */
  readonly ca: string;
}

/**
 * A WebSocket to our router over TLS on loopback. Deno's own sends small frames after one another only when the other
 * side has acknowledged (Nagle's algorithm: 44 ms for each, ADR 0010) and cannot be told otherwise; here it is off.
 */
export class RouterSocket {
  readonly #connection: Deno.TlsConn;
  readonly #random: Random;
  readonly #reader: FrameReader;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #waiting: (() => void)[] = [];
  #writing = false;
  #ended = false;

  private constructor(connection: Deno.TlsConn, random: Random, reader: FrameReader) {
    this.#connection = connection;
    this.#random = random;
    this.#reader = reader;
  }

  /**
   * Connects. Rejects when nothing listens there, when it is not our router, or when the signal is aborted; nothing stays
   * open then, so that no session of ours lives on in the router.
   */
  static async connect(
    address: LoopbackAddress,
    random: Random,
    signal?: AbortSignal,
  ): Promise<RouterSocket> {
    signal?.throwIfAborted();
    const tcp = await Deno.connect({ hostname: "127.0.0.1", port: address.port });
    let open: Deno.Conn = tcp;
    const close = () => closeQuietly(open);
    signal?.addEventListener("abort", close);
    try {
      tcp.setNoDelay(true);
      const tls = await Deno.startTls(tcp, { hostname: "127.0.0.1", caCerts: [address.ca] });
      open = tls;
      signal?.throwIfAborted();
      const reader = new FrameReader(LARGEST_MESSAGE);
      await upgrade(tls, address.port, random, reader);
      signal?.throwIfAborted();
      return new RouterSocket(tls, random, reader);
    } catch (error) {
      close();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", close);
    }
  }

  /**
   * Sends a message; its memory is taken over. Resolves when there is room for more, so that a sender who waits cannot
   * fill the memory. What is sent in one go leaves in one write.
   */
  send(message: Uint8Array): Promise<void> {
    this.#enqueue(OPCODE.binary, message);
    if (this.#queued <= ROOM || this.#ended) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives every message to `receive` until the link ends; resolves with the reason. Call it once. */
  async receive(receive: (message: Uint8Array) => void): Promise<string> {
    let parts: Uint8Array[] = [];
    try {
      for (;;) {
        for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
          if (frame.opcode === OPCODE.close) return "the router closed the session";
          if (frame.opcode === OPCODE.ping) this.#enqueue(OPCODE.pong, frame.payload);
          if (frame.opcode !== OPCODE.binary && frame.opcode !== OPCODE.more) continue;
          parts.push(frame.payload);
          if (!frame.last) continue;
          const message = joined(parts);
          parts = [];
          receive(message);
        }
        const read = await this.#connection.read(this.#reader.space());
        if (read === null) return "the router is gone";
        this.#reader.filled(read);
      }
    } catch (error) {
      if (this.#ended) return "this side closed the session";
      // A process that is killed says no goodbye in TLS.
      return error instanceof Deno.errors.UnexpectedEof ? "the router is gone" : messageOf(error);
    } finally {
      this.close();
    }
  }

  /** Ends the link at once. What was not sent is not sent. */
  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#queue = [];
    closeQuietly(this.#connection);
    this.#release();
  }

  #enqueue(opcode: number, payload: Uint8Array): void {
    if (this.#ended) return;
    for (const part of encodeFrame(opcode, payload, this.#random(4))) {
      this.#queue.push(part);
      this.#queued += part.length;
    }
    if (!this.#writing) void this.#write();
  }

  async #write(): Promise<void> {
    this.#writing = true;
    try {
      // Everything that the current turn still sends goes along.
      await Promise.resolve();
      while (this.#queue.length > 0) {
        const bytes = joined(this.#queue);
        this.#queue = [];
        for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
        this.#queued -= bytes.length;
        if (this.#queued <= ROOM) this.#release();
      }
    } catch {
      // The reading side reports the end of the link.
      this.close();
    } finally {
      this.#writing = false;
    }
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** Bytes that may wait for being written before a sender has to wait. */
const ROOM = 4 * 1024 * 1024;

/**
 * The largest message we take from the router. It lets 64 MiB of payload through (router_config.ts), so that what is too
 * large for us can be named and set aside rather than end the session.
 */
const LARGEST_MESSAGE = 96 * 1024 * 1024;

async function upgrade(tls: Deno.TlsConn, port: number, random: Random, reader: FrameReader): Promise<void> {
  const key = btoa(String.fromCharCode(...random(16)));
  const head = [
    "GET / HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${key}`,
    "Sec-WebSocket-Version: 13",
    "\r\n",
  ];
  const request = new TextEncoder().encode(head.join("\r\n"));
  for (let at = 0; at < request.length;) at += await tls.write(request.subarray(at));
  const answer = await readHead(tls, reader);
  const proof = new TextEncoder().encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", proof));
  const accept = btoa(String.fromCharCode(...digest));
  if (!/^HTTP\/1\.1 101 /.test(answer) || !answer.includes(accept)) {
    throw new Error(`what listens on port ${port} is not our router`);
  }
}

/** Reads an HTTP head; what follows it belongs to the first frames. */
async function readHead(tls: Deno.TlsConn, reader: FrameReader): Promise<string> {
  const bytes = new Uint8Array(4096);
  for (let length = 0; length < bytes.length;) {
    const read = await tls.read(bytes.subarray(length));
    if (read === null) break;
    length += read;
    const text = new TextDecoder("latin1").decode(bytes.subarray(0, length));
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) continue;
    const rest = bytes.subarray(end + 4, length);
    reader.space().set(rest);
    reader.filled(rest.length);
    return text.slice(0, end);
  }
  throw new Error("the router closed the connection before the session began");
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It was closed already.
  }
}
