// `deno task bench:ui [--size 1e5]`: how soon the page shows something in Chromium (KIOKU_CHROMIUM), with a database of
// generated memories. Prints a table in Markdown; milliseconds from the request to the first content on the screen.
import { print } from "../print.ts";
import { join } from "node:path";
import { openStore } from "../../lib/store/open.ts";
import { startChromium } from "../../tests/browser/support/chromium.ts";
import { newHome } from "../../tests/e2e/support/program.ts";
import { fill } from "../scale/measure.ts";
import { FIRST } from "../scale/records.ts";

const LOADS = 15;
const PAGES = ["/", "/?q=cache+timeout", "/?q=%E8%A8%AD%E8%A8%88", "/mesh", "/quarantine"];

const at = Deno.args.indexOf("--size");
const size = Number(at < 0 ? "1e5" : Deno.args[at + 1]);
using home = newHome();
Deno.mkdirSync(home.state, { recursive: true });
let now = FIRST + size * 60_000_000;
const store = openStore(join(home.state, "kioku.db"), () => now++);
fill(store, size, now);
store.close();

const { command, args, env, cwd } = home.invocation(["ui"]);
const child = new Deno.Command(command, { args, env, cwd, clearEnv: true, stdout: "piped" }).spawn();
const browser = await startChromium();
try {
  const { value = "" } = await child.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
  const page = await browser.newPage({ viewport: { width: 1100, height: 760 } });
  await page.goto(value.trim());
  const { origin } = new URL(page.url());
  print(`| ${size.toLocaleString("en")} memories | first paint p50 / most, ms | HTML p50, ms |`);
  print("| --- | ---: | ---: |");
  for (const path of PAGES) {
    const paints: number[] = [];
    const answers: number[] = [];
    for (let load = 0; load < LOADS; load++) {
      await page.goto(origin + path);
      const [paint, answer] = await page.evaluate<[number, number]>(`new Promise((resolve) => {
        const read = () => {
          const paint = performance.getEntriesByName("first-contentful-paint")[0];
          if (!paint) return requestAnimationFrame(read);
          resolve([paint.startTime, performance.getEntriesByType("navigation")[0].responseEnd]);
        };
        read();
      })`);
      paints.push(paint);
      answers.push(answer);
    }
    const middle = (times: number[]) => times.sort((one, other) => one - other)[LOADS >> 1]?.toFixed(0);
    print(`| ${path} | ${middle(paints)} / ${Math.max(...paints).toFixed(0)} | ${middle(answers)} |`);
  }
} finally {
  await browser.close();
  child.kill("SIGKILL");
  await child.status;
}
