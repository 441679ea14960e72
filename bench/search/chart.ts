import { figures } from "./measure.ts";
import { ofHalf, type Result } from "./report.ts";

const WIDTH = 760;
const LEFT = 190;
const BARS = 500;
const ROW = 44;
const TOP = 70;

/** A chart of R@10 and MRR on the test half as SVG, an engine a row. */
export function chart(results: readonly Result[]): string {
  const height = TOP + results.length * ROW + 20;
  const rows = results.flatMap(({ name, outcomes }, index) => {
    const { recall10, mrr } = figures(ofHalf(outcomes, "test"));
    const y = TOP + index * ROW;
    return [
      text(LEFT - 12, y + 18, name, 'text-anchor="end"'),
      ...bar(y, recall10, index === 0 ? "#1a7f37" : "#59636e", `${(100 * recall10).toFixed(1)} % R@10`),
      ...bar(y + 16, mrr, index === 0 ? "#4ac26b" : "#afb8c1", `${mrr.toFixed(3)} MRR`),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" ` +
    `font-family="system-ui, sans-serif" font-size="13" fill="#1f2328">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(16, 28, "Search on the test half of the evaluation set", 'font-size="16" font-weight="600"'),
    text(
      16,
      50,
      "332 memories, 184 judged queries in English, Japanese, Chinese and Korean",
      'fill="#59636e"',
    ),
    ...rows,
    "</svg>",
    "",
  ].join("\n");
}

function bar(y: number, part: number, fill: string, label: string): string[] {
  const width = part * (BARS - 110);
  return [
    `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="14" fill="${fill}"/>`,
    text(LEFT + width + 8, y + 11, label, 'font-size="11"'),
  ];
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x.toFixed(0)}" y="${y}" ${attributes}>${content}</text>`;
}
