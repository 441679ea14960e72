import type { Micros } from "../../core/clock.ts";
import { UsageError } from "../../core/errors.ts";

/**
 * Where a page ended. The time and the newest row of the first page are kept, so that what is saved meanwhile does not
 * shift the pages that follow.
 */
export interface Cursor {
  /** When the first page was asked for. */
  readonly now: Micros;
  /** The newest row at that time. */
  readonly newestRow: number;
  /** How many hits the pages before this one had; not counted when browsing. */
  readonly offset: number;
  /** When browsing, the time and the row of the last hit; undefined on the first page. */
  readonly last: readonly [createdAt: Micros, row: number] | undefined;
}

/** Writes a cursor as the text that callers hand back. */
export function formatCursor({ now, newestRow, offset, last }: Cursor): string {
  return [now, newestRow, offset, ...(last ?? [])].map((part) => part.toString(36)).join(".");
}

/** Reads a cursor; a UsageError when it is none of ours. */
export function parseCursor(text: string): Cursor {
  const parts = text.split(".").map((part) =>
    /^-?[0-9a-z]{1,11}$/.test(part) ? Number.parseInt(part, 36) : NaN
  );
  const [now, newestRow, offset, createdAt, row, ...rest] = parts;
  if (
    now === undefined || newestRow === undefined || offset === undefined || offset < 0 || rest.length > 0 ||
    (createdAt === undefined) !== (row === undefined) || !parts.every(Number.isSafeInteger)
  ) {
    throw new UsageError(
      `Cannot go on from "${text}": it is not a cursor of a search. Use the one that the last page gave.`,
    );
  }
  return {
    now,
    newestRow,
    offset,
    last: createdAt === undefined || row === undefined ? undefined : [createdAt, row],
  };
}
