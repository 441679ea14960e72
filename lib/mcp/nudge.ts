import { type Micros, MINUTE } from "../core/clock.ts";

/** After how long without any save, and after how long since the last one, a session is reminded (compat cli §2.3). */
const WITHOUT_ANY: Micros = 10 * MINUTE;
const SINCE_LAST: Micros = 20 * MINUTE;

/** A reminder for a session that may have forgotten to save; ages in microseconds. */
export function saveNudge(
  saves: number,
  sessionAge: Micros,
  lastSaveAge: Micros | undefined,
): string | undefined {
  if (saves === 0) {
    if (sessionAge < WITHOUT_ANY) return undefined;
    return "Nothing was saved in this session yet. If a decision, a preference, the cause of a bug or a pattern was settled, " +
      "call save_observation now; if there was nothing of the kind, go on.";
  }
  if (lastSaveAge === undefined || lastSaveAge < SINCE_LAST) return undefined;
  return `The last save of this session was ${Math.floor(lastSaveAge / MINUTE)} minutes ago. ` +
    "If something was decided or found since then, call save_observation now.";
}
