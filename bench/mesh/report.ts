/** A figure of both sides. */
export interface Compared {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly python: number;
}

/** Figures as a table in Markdown. */
export function table(figures: readonly Compared[]): string {
  const rows = figures.map(({ name, unit, ours, python }) =>
    `| ${name} | ${shown(ours)} ${unit} | ${shown(python)} ${unit} |`
  );
  return ["| | kioku-mesh | Python 1.2.0 |", "|---|---|---|", ...rows].join("\n");
}

const WIDTH = 760;
const ROW = 44;
const TOP = 64;
const LABELS = 330;
const BAR = 260;

/** Figures as SVG: for each, our bar above the grey one of Python's, the longer of both as long as there is room. */
export function chart(figures: readonly Compared[], title: string, subtitle: string): string {
  const height = TOP + figures.length * ROW + 16;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" ` +
    `font-family="system-ui, sans-serif" font-size="13" fill="#1f2328">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(16, 26, title, `font-size="16" font-weight="600"`),
    text(16, 46, subtitle, `fill="#59636e"`),
    ...figures.flatMap((figure, n) => row(figure, TOP + n * ROW)),
    "</svg>",
    "",
  ].join("\n");
}

function row({ name, unit, ours, python }: Compared, y: number): string[] {
  const most = Math.max(ours, python);
  const bar = (value: number, top: number, fill: string) =>
    `<rect x="${LABELS}" y="${top}" width="${
      Math.max(1, BAR * value / most).toFixed(1)
    }" height="10" fill="${fill}"/>`;
  return [
    text(LABELS - 12, y + 19, name, `text-anchor="end"`),
    bar(ours, y + 3, "#0969da"),
    bar(python, y + 15, "#9aa4ae"),
    text(LABELS + BAR + 12, y + 12, `${shown(ours)} ${unit}`, `font-size="11" fill="#0969da"`),
    text(LABELS + BAR + 12, y + 25, `${shown(python)} ${unit}`, `font-size="11" fill="#59636e"`),
  ];
}

function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x}" y="${y}" ${attributes}>${escaped}</text>`;
}
