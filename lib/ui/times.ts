import type { Micros } from "../core/clock.ts";
import { formatTime } from "../core/time.ts";
import { type Html, piece } from "./html.ts";
import type { Language } from "./words.ts";

/** A moment as people of the language write it, in this machine's time zone. */
export function moment(time: Micros, language: Language): Html {
  const shown = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  return piece`<time datetime="${formatTime(time)}">${shown.format(new Date(time / 1000))}</time>`;
}

/** The time of day alone. */
export function timeOfDay(time: Micros, language: Language): Html {
  const shown = new Intl.DateTimeFormat(language, { timeStyle: "short" });
  return piece`<time datetime="${formatTime(time)}">${shown.format(new Date(time / 1000))}</time>`;
}

/** The day, for a heading above what happened on it. */
export function day(time: Micros, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "full" }).format(new Date(time / 1000));
}
