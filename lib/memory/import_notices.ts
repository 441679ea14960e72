import type { ScopeLabel } from "../core/scope.ts";
import type { Tally } from "./import_file.ts";

/** What was taken from one file. */
export interface ImportReport {
  readonly file: string;
  /** Whether it had been read before; then there is nothing to tell but what went wrong. */
  readonly again: boolean;
  readonly tally: Tally;
}

/** What to tell the user about files that were read for the first time, and about records that were kept aside. */
export function importNotices(
  reports: readonly ImportReport[],
  aside: number,
  readable: readonly ScopeLabel[],
): string[] {
  const notices: string[] = [];
  const first = reports.filter(({ again }) => !again);
  const taken = first.filter(({ tally }) => tally.added + tally.deleted > 0);
  if (taken.length > 0) {
    const sum = (read: (tally: Tally) => number) =>
      taken.reduce((total, { tally }) => total + read(tally), 0);
    const counts = [counted(sum(({ added }) => added), "memory", "memories")];
    const deleted = sum((tally) => tally.deleted);
    if (deleted > 0) counts.push(counted(deleted, "deletion", "deletions"));
    const files = taken.map(({ file }) => file).join(", ");
    notices.push(
      `Took over ${counts.join(" and ")} from Python's version (${files}); its files stay as they are.`,
    );
  }
  for (const { file, tally: { skipped } } of first) {
    if (skipped === 0) continue;
    notices.push(
      `Left out ${
        counted(skipped, "record", "records")
      } of other users or teams in ${file}: this host reads ` +
        `${readable.join(", ")}. To take them over, declare the user or team in config.yaml.`,
    );
  }
  if (aside > 0) {
    notices.push(
      `Kept ${
        counted(aside, "record", "records")
      } of Python's version aside; \`kioku-mesh quarantine\` shows why.`,
    );
  }
  return notices;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
