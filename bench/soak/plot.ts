import type { Series } from "./flat.ts";

/** One diagram: a quantity of several processes over the same time. */
export interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
}

const WIDTH = 760;
const LEFT = 56;
const RIGHT = 130;
const HEIGHT = 150;
const TOP = 64;
const GAP = 44;
const COLOURS = ["#0969da", "#cf222e", "#1a7f37", "#9a6700", "#8250df", "#59636e"] as const;

/** Diagrams under each other as SVG; `minutes` is what the samples cover. */
export function plot(panels: readonly Panel[], minutes: number, title: string, subtitle: string): string {
  const height = TOP + panels.length * (HEIGHT + GAP);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" ` +
    `font-family="system-ui, sans-serif" font-size="12" fill="#1f2328">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(16, 26, title, `font-size="16" font-weight="600"`),
    text(16, 46, subtitle, `fill="#59636e"`),
    ...panels.flatMap((panel, index) => draw(panel, minutes, TOP + index * (HEIGHT + GAP) + 16)),
    "</svg>",
    "",
  ].join("\n");
}

function draw({ title, series }: Panel, minutes: number, top: number): string[] {
  const most = Math.max(...series.flatMap(({ values }) => values)) * 1.1 || 1;
  const right = WIDTH - RIGHT;
  const y = (value: number) => top + HEIGHT * (1 - value / most);
  const points = (values: readonly number[]) =>
    values.map((value, n) => {
      const x = LEFT + (right - LEFT) * n / Math.max(1, values.length - 1);
      return `${x.toFixed(1)},${y(value).toFixed(1)}`;
    }).join(" ");
  return [
    text(LEFT, top - 6, title, `font-weight="600"`),
    ...[0, most / 2, most].flatMap((value) => [
      `<line x1="${LEFT}" x2="${right}" y1="${y(value).toFixed(1)}" y2="${
        y(value).toFixed(1)
      }" stroke="#d1d9e0"/>`,
      text(LEFT - 6, y(value) + 4, value.toFixed(most < 10 ? 1 : 0), `text-anchor="end" fill="#59636e"`),
    ]),
    text(LEFT, top + HEIGHT + 14, "0", `fill="#59636e"`),
    text(right, top + HEIGHT + 14, `${Math.round(minutes)} min`, `text-anchor="end" fill="#59636e"`),
    ...series.flatMap(({ name, values }, n) => [
      `<polyline points="${points(values)}" fill="none" stroke="${
        COLOURS[n % COLOURS.length]
      }" stroke-width="1.5"/>`,
      text(right + 10, top + 12 + n * 18, name, `fill="${COLOURS[n % COLOURS.length]}"`),
    ]),
  ];
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x}" y="${y.toFixed(1)}" ${attributes}>${escaped}</text>`;
}
