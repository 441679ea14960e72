import { DAY, HOUR, type Micros, MINUTE, SECOND } from "./clock.ts";

const ISO =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const DURATION = /^(?:\d+(?:\.\d+)?[smhdw])+$/;
const UNIT: Readonly<Record<string, Micros>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/** The text form of every time we write: UTC, always six digits of fraction (compat data §2). */
export function formatTime(time: Micros): string {
  const milliseconds = Math.floor(time / 1000);
  const rest = String(time - milliseconds * 1000).padStart(3, "0");
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${rest}Z`;
}

/**
 * Reads an ISO 8601 time: a date alone is its midnight, without an offset it is UTC, an offset is converted, digits
 * beyond microseconds are cut, and years before 1684 and after 2255 give the first and the last time that fits a number
 * (SQLite would give such times back as errors). Gives undefined for anything else, impossible dates (30 February, 24:61)
 * included.
 */
export function parseTime(text: string): Micros | undefined {
  const match = ISO.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] = match;
  const parts = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts;
  if (h > 23 || mi > 59 || s > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(y, mo - 1, d);
  date.setUTCHours(h, mi, s);
  if (date.getUTCMonth() !== mo - 1 || date.getUTCDate() !== d) return undefined;
  const offset = offsetMinutes(zone);
  if (offset === undefined) return undefined;
  const micros = Number(fraction.padEnd(6, "0").slice(0, 6));
  const time = date.getTime() * 1000 + micros - offset * MINUTE;
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, time));
}

function offsetMinutes(zone: string): number | undefined {
  if (zone.toUpperCase() === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(":", "") || "0");
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

/** Reads a length of time such as `90s`, `15m`, `36h`, `30d`, `2w` or `1h30m`, in microseconds. */
export function parseDuration(text: string): Micros | undefined {
  const trimmed = text.trim().toLowerCase();
  if (!DURATION.test(trimmed)) return undefined;
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)([smhdw])/g)) {
    total += Number(amount) * (UNIT[unit ?? ""] ?? 0);
  }
  return Math.round(total);
}

/** Reads a point in time for a filter: an ISO time, or a length of time that is counted back from `now` (`7d`). */
export function parseMoment(text: string, now: Micros): Micros | undefined {
  const back = parseDuration(text);
  return back === undefined ? parseTime(text) : now - back;
}
