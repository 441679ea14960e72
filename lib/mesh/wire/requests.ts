/**
 * What we send to the router's remote-api plugin (1.8.0 to 1.10.2; ADR 0010): a byte that names the message, with the top
 * bit set when an answer is asked for, then four bytes that the answer repeats, then the message itself. Numbers are
 * positions in the plugin's list and must not be guessed.
 */
import { WireWriter } from "./bytes.ts";

/** Writes the body of a message. */
export interface Request {
  /** The message's number. */
  readonly kind: number;
  /** Bytes to reserve. */
  readonly expected?: number;
  write(to: WireWriter): void;
}

/**
 * Priority "data", BLOCK in place of DROP (a burst of 2,000 with DROP reached the next router as 1,699), reliable, to
 * whoever subscribes, this session included.
 */
const DELIVERY = 5 | (1 << 3) | (1 << 5) | (2 << 6);

/** Any origin or destination, this session included. */
const ANYWHERE = 2;

/** All that can answer, not the nearest (1); no answer held back as older (1); only keys that were asked for (1). */
const ASK_ALL = 1 | (1 << 2) | (1 << 4);

/** The message as it goes over the link; the answer will carry `sequence`. */
export function encodeRequest(request: Request, sequence: number): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter(request.expected);
  writer.u8(request.kind | 0x80).u32(sequence);
  request.write(writer);
  return writer.bytes();
}

/** Asks who this session, and thereby its router, is. */
export const sessionInfo: Request = { kind: 12, write: () => {} };

/** Publishes a value. */
export function put(key: string, payload: Uint8Array): Request {
  return {
    kind: 14,
    expected: 64 + key.length * 3 + payload.length,
    write: (to) => value(to.text(key).blob(payload)),
  };
}

/** Asks everybody who has values for the keys; answers carry `id` and end with a final one. */
export function get(
  id: number,
  selector: { readonly keys: string; readonly parameters: string },
  payload: Uint8Array | undefined,
  timeoutMs: number,
): Request {
  return {
    kind: 18,
    expected: 64 + selector.keys.length * 3 + (payload?.length ?? 0),
    write: (to) => {
      to.u32(id).text(selector.keys).text(selector.parameters);
      if (payload === undefined) to.bool(false);
      else to.bool(true).blob(payload);
      to.bool(false).bool(false).u8(DELIVERY).u8(ASK_ALL).u32(timeoutMs);
    },
  };
}

/** Subscribes to keys; samples carry `id`. */
export function declareSubscriber(id: number, keys: string): Request {
  return { kind: 2, write: (to) => to.u32(id).text(keys).u8(ANYWHERE) };
}

/** Answers queries for keys; queries carry `id`. Never complete: others may know more. */
export function declareQueryable(id: number, keys: string): Request {
  return { kind: 4, write: (to) => to.u32(id).text(keys).bool(false).u8(ANYWHERE) };
}

/** Shows a key as alive as long as this session is. */
export function declareToken(id: number, key: string): Request {
  return { kind: 8, write: (to) => to.u32(id).text(key) };
}

/** Subscribes to what comes alive or goes, those already alive included. */
export function declareLivenessSubscriber(id: number, keys: string): Request {
  return { kind: 10, write: (to) => to.u32(id).text(keys).bool(true) };
}

/** Asks for all links to other hosts. */
export const links: Request = { kind: 31, write: () => {} };

/**
 * Subscribes to links to other hosts that come and go, those already there included; of these the router does not say when they
 * go (zenoh 1.10.2 tells a session only of the end of links that are younger than it).
 */
export function declareTransportListener(id: number): Request {
  return { kind: 33, write: (to) => to.u32(id).bool(true) };
}

/** Takes back the declaration that `declared` made. */
export function undeclare(declared: Request, id: number): Request {
  return { kind: declared.kind + 1, write: (to) => to.u32(id) };
}

/** One answer to a query. */
export function reply(query: number, key: string, payload: Uint8Array): Request {
  return {
    kind: 21,
    expected: 64 + key.length * 3 + payload.length,
    write: (to) => value(to.u32(query).text(key).blob(payload)),
  };
}

/** Says that a query cannot be answered. */
export function replyError(query: number, message: string): Request {
  return { kind: 23, write: (to) => to.u32(query).text(message).u16(0).text("") };
}

/** Says that a query has been answered whole; without it the asker waits until its time is up. */
export function replyFinal(query: number): Request {
  return { kind: 24, write: (to) => to.u32(query) };
}

// Encoding "zenoh/bytes" without a schema, as Python's version leaves it (compat data §1.3), no attachment (storages do
// not keep it), no timestamp (the router sets its own), delivery.
function value(to: WireWriter): void {
  to.u16(0).text("").bool(false).bool(false).u8(DELIVERY);
}
