import { type Browser, chromium, type Page } from "playwright-core";

/** Where Chromium is; tests need it. */
const CHROMIUM = Deno.env.get("KIOKU_CHROMIUM");

/** Starts Chromium without anything that asks other hosts for something. */
export async function startChromium(): Promise<Browser> {
  if (CHROMIUM === undefined) {
    throw new Error("KIOKU_CHROMIUM must name Chromium's program, such as /usr/bin/chromium.");
  }
  const args = ["--disable-gpu", "--disable-quic", "--no-first-run"];
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  // Chromium's own sandbox does not work for root, as CI runs.
  return await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", ...args, ...quiet] });
}

/** Fails when the page asked any other host for anything, or reported an error. */
export function watch(page: Page): () => void {
  const problems: string[] = [];
  page.on("request", (request) => {
    const { hostname } = new URL(request.url());
    if (hostname !== "127.0.0.1") problems.push(`it asked ${hostname}`);
  });
  page.on("pageerror", (error) => void problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  return () => {
    if (problems.length > 0) throw new Error(`The page has problems: ${problems.join("; ")}`);
  };
}
