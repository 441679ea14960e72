/**
 * What a later version may say when hosts compare, in place of lib/mesh/sync_protocol.ts in a peer's process
 * (tests/mesh/support/versions.ts): members, kinds of records and kinds of answers that today's does not know. With
 * KIOKU_NEWER=other it speaks a form of its own that no other version reads.
 */
import {
  formatAnswer as formatToday,
  formatQuestion as formatTodays,
} from "../../../../lib/mesh/sync_protocol.ts";
import {
  parseAnswer as parseToday,
  parseQuestion as parseTodays,
} from "../../../../lib/mesh/sync_protocol.ts";
import type { Question, SyncAnswer } from "../../../../lib/mesh/sync_protocol.ts";

export * from "../../../../lib/mesh/sync_protocol.ts";

const OTHER = Deno.env.get("KIOKU_NEWER") === "other";
const VERSION = /"v":1,/;

/** A question with members that nobody knows. */
export function formatQuestion(question: Question): Uint8Array {
  return new TextEncoder().encode(newer(new TextDecoder().decode(formatTodays(question))));
}

/** Today's questions, or those of the other form. */
export function parseQuestion(payload: Uint8Array): Question | undefined {
  return parseTodays(OTHER ? older(payload) : payload);
}

/** An answer with members and a kind of records that nobody knows; records are as ever. */
export function formatAnswer(answer: SyncAnswer): string {
  const text = formatToday(answer);
  if (answer.is === "record") return text;
  return newer(text.replace('"digests":[', `"digests":["n${"0".repeat(48)}",`).replace(/,\]/, "]"));
}

/** Today's answers, or those of the other form. */
export function parseAnswer(payload: Uint8Array): SyncAnswer | undefined {
  return parseToday(OTHER && payload[0] === "{".charCodeAt(0) ? older(payload) : payload);
}

function newer(text: string): string {
  return text.replace(VERSION, `"v":${OTHER ? 2 : 1},"since":[1,{"deep":"x"}],"proof":null,`);
}

function older(payload: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(payload);
  return new TextEncoder().encode(text.includes('"v":1,') ? "" : text.replace('"v":2,', '"v":1,'));
}
