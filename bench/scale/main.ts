// `deno task bench:scale [--sizes 1e4,1e5,1e6]`: fills databases with generated memories by the import path, measures
// search, browsing, saving and opening, prints tables in Markdown and draws docs/bench/scale.svg.
import { print } from "../print.ts";
import { chart } from "./chart.ts";
import { type Measured, measureSize } from "./measure.ts";

const SHOWN = [
  "rare word",
  "question",
  "Japanese question",
  "common word",
  "project",
  "browse",
  "save",
  "open",
];

const at = Deno.args.indexOf("--sizes");
const sizes = (at < 0 ? "1e4,1e5,1e6" : Deno.args[at + 1] ?? "").split(",").map(Number);
if (!sizes.every((size) => Number.isInteger(size) && size > 0)) {
  throw new TypeError("--sizes takes numbers like 1e4,1e5");
}
const measured = sizes.map((size) => {
  const folder = Deno.makeTempDirSync({ prefix: "kioku-scale-" });
  try {
    return measureSize(folder, size);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
print(table(measured));
const path = new URL("../../docs/bench/scale.svg", import.meta.url);
Deno.mkdirSync(new URL(".", path), { recursive: true });
Deno.writeTextFileSync(path, chart(measured, SHOWN));

function table(all: readonly Measured[]): string {
  const kinds = [...all[0]?.times.keys() ?? []];
  const row = (name: string, cell: (one: Measured) => string) =>
    `| ${[name, ...all.map(cell)].join(" | ")} |`;
  return [
    row("p50 / p95 in ms", ({ size }) => size.toLocaleString("en")),
    row("---", () => "---:"),
    ...kinds.map((kind) =>
      row(
        kind,
        ({ times }) =>
          `${times.get(kind)?.p50.toFixed(2) ?? "–"} / ${times.get(kind)?.p95.toFixed(2) ?? "–"}`,
      )
    ),
    row("import, memories a second", ({ importRate }) => importRate.toFixed(0)),
    row("database, MiB", ({ database }) => database.toFixed(0)),
    row("process, MiB", ({ resident }) => resident.toFixed(0)),
    ...[...all[0]?.recall.keys() ?? []].map((kind) =>
      row(`first ten as without bounds: ${kind}`, ({ recall }) => recall.get(kind)?.toFixed(3) ?? "–")
    ),
  ].join("\n");
}
