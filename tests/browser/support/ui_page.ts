import type { Page } from "playwright-core";
import type { Home } from "../../e2e/support/program.ts";
import { startChromium, watch } from "./chromium.ts";

/** Runs `ui` and opens it in Chromium; both are gone afterwards, and the page must not have reported anything. */
export async function withPage(
  home: Home,
  use: (page: Page, origin: string) => Promise<void>,
): Promise<void> {
  const { command, args, env, cwd } = home.invocation(["ui"]);
  const options = { args, env, cwd, clearEnv: true, stdout: "piped", stderr: "null" } as const;
  const child = new Deno.Command(command, options).spawn();
  const browser = await startChromium();
  try {
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await reader.read();
    const address = value.trim();
    const context = await browser.newContext({ viewport: { width: 1100, height: 760 }, locale: "en-GB" });
    const page = await context.newPage();
    const check = watch(page);
    await page.goto(address);
    await use(page, new URL(address).origin);
    check();
    await reader.cancel();
  } finally {
    await browser.close();
    child.kill("SIGKILL");
    await child.status;
  }
}
