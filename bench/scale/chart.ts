import type { Measured } from "./measure.ts";

const [WIDTH, HEIGHT] = [760, 440];
const [LEFT, RIGHT, TOP, BOTTOM] = [60, 190, 60, 50];
const COLOURS = ["#1a7f37", "#0969da", "#8250df", "#cf222e", "#9a6700", "#59636e", "#bf3989", "#1f2328"];
/** Of the vertical axis, in milliseconds. */
const [LEAST, MOST] = [0.05, 500];

/** A chart of the times that 95 of 100 calls stay under, against the number of memories, both axes logarithmic. */
export function chart(measured: readonly Measured[], kinds: readonly string[]): string {
  const sizes = measured.map(({ size }) => size);
  const [first, last] = [Math.min(...sizes), Math.max(...sizes)];
  const x = (size: number) =>
    LEFT + (WIDTH - LEFT - RIGHT) * (first === last ? 0 : Math.log(size / first) / Math.log(last / first));
  const y = (time: number) =>
    TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.log(Math.max(time, LEAST) / LEAST) / Math.log(MOST / LEAST));
  const grid = [0.1, 1, 10, 100].map((time) =>
    line(LEFT, y(time), WIDTH - RIGHT, y(time), "#d1d9e0") + text(LEFT - 8, y(time) + 4, `${time} ms`, "end")
  );
  const axis = sizes.map((size) => text(x(size), HEIGHT - BOTTOM + 22, size.toLocaleString("en"), "middle"));
  const ends = spread(kinds.map((kind) => y(measured.at(-1)?.times.get(kind)?.p95 ?? LEAST)));
  const curves = kinds.flatMap((kind, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? "#1f2328";
    const points = measured.map(({ size, times }) =>
      `${x(size).toFixed(1)},${y(times.get(kind)?.p95 ?? LEAST).toFixed(1)}`
    );
    return [
      `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      text(WIDTH - RIGHT + 10, (ends[index] ?? 0) + 4, kind, "start", colour),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" ` +
    `font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="16" y="28" font-size="16" font-weight="600" fill="#1f2328">Time of the 95th of 100 calls by number of memories</text>`,
    ...grid,
    ...axis,
    ...curves,
    "</svg>",
    "",
  ].join("\n");
}

// Labels that stand at least 15 apart, in their order.
function spread(places: readonly number[]): number[] {
  const order = places.map((place, index) => ({ place, index })).sort((a, b) => a.place - b.place);
  const moved = [...places];
  let free = -Infinity;
  for (const { place, index } of order) {
    moved[index] = Math.max(place, free);
    free = (moved[index] ?? place) + 15;
  }
  return moved;
}

function line(x1: number, y1: number, x2: number, y2: number, stroke: string): string {
  return `<line x1="${x1}" y1="${y1.toFixed(1)}" x2="${x2}" y2="${y2.toFixed(1)}" stroke="${stroke}"/>`;
}

function text(x: number, y: number, content: string, anchor: string, fill = "#59636e"): string {
  return `<text x="${x.toFixed(1)}" y="${
    y.toFixed(1)
  }" text-anchor="${anchor}" fill="${fill}">${content}</text>`;
}
