import { formatTime } from "./time.ts";
import type { Micros } from "./clock.ts";
import { hex, type Random } from "./random.ts";

const FULL_ID = /^[0-9a-f]{32}$/;
const ID_PREFIX = /^[0-9a-f]{8,32}$/;

/** A new observation, message or host id: a version 4 UUID as 32 lower-case hexadecimal digits (compat data §1.1). */
export function newId(random: Random): string {
  const bytes = random(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return hex(bytes);
}

/** Whether the text is a complete id. */
export function isId(text: string): boolean {
  return FULL_ID.test(text);
}

/** Whether the text can stand for an id: eight or more of its first digits. */
export function isIdPrefix(text: string): boolean {
  return ID_PREFIX.test(text);
}

/** A new session id, `YYYYMMDDTHHMMSSZ-` and eight hexadecimal digits (compat data §1.1). */
export function newSessionId(now: Micros, random: Random): string {
  const stamp = formatTime(now).slice(0, 19).replaceAll(/[-:]/g, "");
  return `${stamp}Z-${hex(random(4))}`;
}
