import type { Micros } from "../../core/clock.ts";
import { UsageError } from "../../core/errors.ts";

/**
 * Where a page ended. The time and the newest row of the first page are kept, so that what is saved meanwhile does not
 * shift the pages that follow.
 */
export interface Cursor {
  readonly now: Micros;
  readonly newestRow: number;
  /** How many hits the pages before this one had. */
  readonly offset: number;
}

/** Writes a cursor as the text that callers hand back. */
export function formatCursor({ now, newestRow, offset }: Cursor): string {
  return `${now.toString(36)}-${newestRow.toString(36)}-${offset.toString(36)}`;
}

/** Reads a cursor; a UsageError when it is none of ours. */
export function parseCursor(text: string): Cursor {
  const [now, newestRow, offset, ...rest] = text.split("-").map((part) => Number.parseInt(part, 36));
  if (
    now === undefined || newestRow === undefined || offset === undefined || rest.length > 0 ||
    ![now, newestRow, offset].every(Number.isSafeInteger)
  ) {
    throw new UsageError(`Cannot go on from "${text}": it is not a cursor of a search. Use the one that the last page gave.`);
  }
  return { now, newestRow, offset };
}
