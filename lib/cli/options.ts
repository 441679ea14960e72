import { type Micros, SECOND } from "../core/clock.ts";
import { UsageError } from "../core/errors.ts";
import { isTier, type Tier } from "../core/scope.ts";
import { parseDuration, parseMoment, parseTime } from "../core/time.ts";
import { MEMORY_TYPES, type MemoryType } from "../memory/observation.ts";

/** The options of a call, each read once into our types. A wrong value is a UsageError that names the option. */
export class Options {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** Whether a switch was given. */
  has(name: string): boolean {
    return this.#values[name] === true;
  }

  /** Whether a switch that is on by itself (`--no-…`) was turned off. */
  off(name: string): boolean {
    return this.#values[name] === false;
  }

  /** A text; undefined when the option was not given. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** A text that is not blank. */
  filled(name: string): string | undefined {
    const text = this.text(name)?.trim();
    return text === "" ? undefined : text;
  }

  /** The values of an option that may be given several times. */
  texts(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** The items of a list separated by commas, trimmed, empty ones dropped. */
  list(name: string): string[] {
    return (this.text(name) ?? "").split(",").map((item) => item.trim()).filter((item) => item !== "");
  }

  /** A whole number within bounds. */
  integer(name: string, least: number, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most) return value;
    const range = most >= Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
    throw new UsageError(`Cannot use ${flag(name)} ${text}: it is not a whole number, ${range}.`);
  }

  /** A whole number within bounds, of an option that may stand alone: `alone` is meant then. */
  integerOr(name: string, least: number, most: number, alone: number): number {
    return this.text(name) === "" ? alone : this.integer(name, least, most) ?? alone;
  }

  /** A point in time: ISO 8601, or a length of time that counts back from now. */
  moment(name: string, now: Micros): Micros | undefined {
    const text = this.filled(name);
    if (text === undefined) return undefined;
    const time = parseMoment(text, now);
    if (time !== undefined) return time;
    throw new UsageError(
      `Cannot use ${flag(name)} "${text}": it is not a time. Write 2026-01-31, 2026-01-31T09:00:00Z or 7d.`,
    );
  }

  /** A point in time, ISO 8601 only. */
  time(name: string): Micros | undefined {
    const text = this.filled(name);
    if (text === undefined) return undefined;
    const time = parseTime(text);
    if (time !== undefined) return time;
    throw new UsageError(
      `Cannot use ${flag(name)} "${text}": it is not a time. Write 2026-01-31 or 2026-01-31T09:00:00Z.`,
    );
  }

  /** A length of time: seconds, or one with its unit. */
  duration(name: string): Micros | undefined {
    const text = this.filled(name);
    if (text === undefined) return undefined;
    const length = /^\d+$/.test(text) ? Number(text) * SECOND : parseDuration(text);
    if (length !== undefined && length > 0) return length;
    throw new UsageError(
      `Cannot use ${flag(name)} "${text}": it is not a length of time. Write 3600, 90m, 36h or 30d.`,
    );
  }

  /** One of the given words. */
  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const text = this.filled(name);
    if (text === undefined) return undefined;
    const found = allowed.find((one) => one === text);
    if (found !== undefined) return found;
    throw new UsageError(`Cannot use ${flag(name)} "${text}": it is not one of ${allowed.join(", ")}.`);
  }

  /** A kind of memory. */
  memoryType(name: string): MemoryType | undefined {
    return this.choice(name, MEMORY_TYPES);
  }

  /** A tier; blank means none. */
  tier(name: string): Tier | undefined {
    const text = this.filled(name);
    if (text === undefined || isTier(text)) return text;
    throw new UsageError(`Cannot use ${flag(name)} "${text}": it is not mesh, user or team.`);
  }
}

function flag(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
