import { sha256 } from "../core/digest.ts";
import { hex, type Random } from "../core/random.ts";

/** An id that only one host can have made, with what proves that. */
export interface OwnId {
  readonly id: string;
  readonly nonce: string;
}

/** Makes an id of this host: random like any other, but bound to the host (docs/signatures.md, "Ids"). */
export function newOwnId(host: string, random: Random): OwnId {
  const nonce = hex(random(8));
  return { id: idOf(host, nonce), nonce };
}

/** Whether the id is one that this host made with this nonce. */
export function isOwnId(id: string, host: string, nonce: string): boolean {
  return idOf(host, nonce) === id;
}

/** Puts the nonce into a payload, as its first member. */
export function withNonce(payload: string, nonce: string): string {
  return `{"_nonce": "${nonce}", ${payload.slice(1)}`;
}

/** The nonce of a payload without its signature; undefined when it has none. */
export function nonceOf(payload: string): string | undefined {
  return /^\{"_nonce": "([0-9a-f]{16})", (?=")/.exec(payload)?.[1];
}

function idOf(host: string, nonce: string): string {
  return sha256(`kioku-mesh id 1\n${host}\n${nonce}`).slice(0, 32);
}
