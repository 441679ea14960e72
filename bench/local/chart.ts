import { type Figure, isKept, ratio } from "./report.ts";

const WIDTH = 760;
const ROW = 44;
const TOP = 64;
const LABELS = 250;
const BAR = 300;

/**
 * A chart of the figures as SVG: for each, our bar against the other program's (the grey one, which is 100 %), and a
 * mark where the target is.
 */
export function chart(figures: readonly Figure[], title: string, subtitle: string): string {
  const height = TOP + figures.length * ROW + 16;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" ` +
    `font-family="system-ui, sans-serif" font-size="13" fill="#1f2328">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(16, 26, title, `font-size="16" font-weight="600"`),
    text(16, 46, subtitle, `fill="#59636e"`),
    ...figures.flatMap((figure, index) => row(figure, TOP + index * ROW)),
    "</svg>",
    "",
  ].join("\n");
}

function row(figure: Figure, y: number): string[] {
  const part = Math.min(ratio(figure), 1.2);
  const target = LABELS + figure.target * BAR;
  return [
    text(LABELS - 12, y + 19, figure.name, `text-anchor="end"`),
    bar(y + 4, 9, Math.max(part * BAR, 1), isKept(figure) ? "#1a7f37" : "#cf222e"),
    bar(y + 15, 9, BAR, "#d1d9e0"),
    `<line x1="${target}" x2="${target}" y1="${y}" y2="${y + 28}" stroke="#9a6700" stroke-width="2"/>`,
    text(
      LABELS + BAR * 1.2 + 8,
      y + 19,
      `${figure.ours.toFixed(0)} : ${figure.other.toFixed(0)} ${figure.unit} = ${ratio(figure).toFixed(2)}`,
      `text-anchor="start" font-size="11"`,
    ),
  ];
}

function bar(y: number, height: number, width: number, fill: string): string {
  return `<rect x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="${height}" fill="${fill}"/>`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x}" y="${y}" ${attributes}>${escaped}</text>`;
}
