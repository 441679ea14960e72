/** What SQLite can give or take. */
export type Value = null | number | bigint | string | Uint8Array;

/** One row of a result, by column name. */
export type Row = Readonly<Record<string, unknown>>;

/** A row holds what this program never writes: the database is damaged. */
export class DamagedRow extends Error {
  override readonly name = "DamagedRow";
}

/** A column that holds text. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw new DamagedRow(`Column ${column} holds no text: ${typeof value}`);
}

/** A column that holds a number. */
export function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === "number") return value;
  throw new DamagedRow(`Column ${column} holds no number: ${typeof value}`);
}

/** A column that holds a number or NULL. */
export function numberOrNone(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : number(row, column);
}
