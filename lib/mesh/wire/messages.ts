/** What the router's remote-api plugin sends to us (1.8.0 to 1.10.2; ADR 0010). Numbers are positions in its list. */
import { WireError, WireReader } from "./bytes.ts";

/** A value under a key, as a subscriber or an asker gets it. */
export interface Sample {
  readonly key: string;
  readonly payload: Uint8Array;
  /** A DELETE: the payload is empty. */
  readonly deleted: boolean;
}

/** A question to a queryable. */
export interface IncomingQuery {
  /** Names the question in our answers. */
  readonly id: number;
  readonly key: string;
  readonly parameters: string;
  readonly payload: Uint8Array | undefined;
}

/** What a host is to the mesh. */
export type Role = "router" | "peer" | "client";

/** Another host that our router has a link to. */
export interface Neighbour {
  readonly zid: string;
  readonly role: Role;
}

/** A message that came unasked or that answers a request. */
export type Message =
  | { readonly kind: "ok" | "pong"; readonly sequence: number | undefined }
  | { readonly kind: "error"; readonly sequence: number | undefined; readonly error: string }
  | { readonly kind: "info"; readonly sequence: number | undefined; readonly zid: string }
  | { readonly kind: "sample"; readonly subscriber: number; readonly sample: Sample }
  | { readonly kind: "query"; readonly queryable: number; readonly query: IncomingQuery }
  | { readonly kind: "reply"; readonly get: number; readonly sample: Sample }
  | { readonly kind: "refusal"; readonly get: number; readonly error: string }
  | { readonly kind: "final"; readonly get: number }
  | {
    readonly kind: "links";
    readonly sequence: number | undefined;
    readonly neighbours: readonly Neighbour[];
  }
  | { readonly kind: "link"; readonly up: boolean; readonly neighbour: Neighbour }
  | { readonly kind: "unknown"; readonly sequence: number | undefined };

const lossyUtf8 = new TextDecoder();

/** Reads a message; throws a WireError for bytes that are none. Payloads share the message's memory. */
export function decodeMessage(bytes: Uint8Array): Message {
  const reader = new WireReader(bytes);
  const head = reader.u8();
  const sequence = head < 0x80 ? undefined : reader.u32();
  switch (head & 0x7f) {
    case 0:
      return { kind: "pong", sequence };
    case 1:
      return { kind: "ok", sequence };
    case 2:
      return { kind: "error", sequence, error: reader.text() };
    case 4:
      return { kind: "info", sequence, zid: zid(reader) };
    case 5:
      return { kind: "sample", subscriber: reader.u32(), sample: sample(reader) };
    case 6:
      return { kind: "query", queryable: reader.u32(), query: query(reader) };
    case 7:
      return reply(reader);
    case 8:
      return { kind: "final", get: reader.u32() };
    case 11:
      return { kind: "links", sequence, neighbours: reader.list(neighbour) };
    case 13:
      return link(reader);
    default:
      return { kind: "unknown", sequence };
  }
}

function reply(reader: WireReader): Message {
  const get = reader.u32();
  if (reader.bool()) return { kind: "reply", get, sample: sample(reader) };
  return { kind: "refusal", get, error: lossyUtf8.decode(reader.blob()) };
}

function sample(reader: WireReader): Sample {
  const key = reader.text();
  const payload = reader.blob();
  const kind = reader.u8();
  if (kind > 1) throw new WireError(`a sample is of kind ${kind}`);
  encoding(reader);
  // What follows, attachment, timestamp and delivery, is of no use to us.
  return { key, payload, deleted: kind === 1 };
}

function query(reader: WireReader): IncomingQuery {
  const id = reader.u32();
  const key = reader.text();
  const parameters = reader.text();
  const payload = reader.bool() ? reader.blob() : undefined;
  return { id, key, parameters, payload };
}

function link(reader: WireReader): Message {
  reader.u32();
  const up = reader.u8() === 0;
  return { kind: "link", up, neighbour: neighbour(reader) };
}

function neighbour(reader: WireReader): Neighbour {
  const id = zid(reader);
  const role = reader.u8();
  // Whether it has qualities of service and is a multicast.
  reader.skip(2);
  return { zid: id, role: role === 1 ? "router" : role === 2 ? "peer" : "client" };
}

function encoding(reader: WireReader): void {
  reader.skip(2);
  reader.blob();
}

// Sixteen bytes, the lowest first, behind their length; as text the highest first, without leading zeros.
function zid(reader: WireReader): string {
  let text = "";
  for (const byte of reader.blob()) text = byte.toString(16).padStart(2, "0") + text;
  return text.replace(/^0+(?=.)/, "");
}
