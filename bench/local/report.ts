/** One compared figure. */
export interface Figure {
  readonly name: string;
  readonly unit: "ms" | "MiB";
  readonly ours: number;
  /** What it is compared with. */
  readonly other: number;
  /** The largest ratio of ours to the other that is good. */
  readonly target: number;
}

/** Ours as a part of the other. */
export function ratio({ ours, other }: Figure): number {
  return ours / other;
}

/** Whether the target is kept. */
export function isKept(figure: Figure): boolean {
  return ratio(figure) <= figure.target;
}

/** The figures as lines of text. */
export function table(figures: readonly Figure[], other: string): string {
  const rows = figures.map((figure) => [
    figure.name,
    `${figure.ours.toFixed(1)} ${figure.unit}`,
    `${figure.other.toFixed(1)} ${figure.unit}`,
    ratio(figure).toFixed(2),
    `≤ ${figure.target.toFixed(2)}`,
    isKept(figure) ? "kept" : "MISSED",
  ]);
  const all = [["", "kioku-mesh", other, "ratio", "target", ""], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all.map((row) =>
    row.map((cell, column) => column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))
      .join("  ")
  ).join("\n");
}
