import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { type Home, newHome } from "../e2e/support/program.ts";
import { PROJECT } from "../support/source.ts";
import { withPage } from "./support/ui_page.ts";

/** Names a folder to write pictures into, for the docs. */
const PICTURES = Deno.env.get("KIOKU_SCREENSHOTS");

const PAGES = ["/", "/?q=retry", "/agents", "/mesh", "/quarantine"];

async function fill(home: Home): Promise<string> {
  const save = async (content: string, ...rest: string[]) => {
    const said = await home.ok(["save", content, "-p", "billing", ...rest]);
    return said.match(/[0-9a-f]{32}/)?.[0] ?? "";
  };
  const old = await save(
    "Retry three times, pause 10 s in between.",
    "--subject",
    "Retry policy",
    "--memory-type",
    "decision",
  );
  await save(
    "Webhooks arrive twice: deduplicate by event id.",
    "--subject",
    "Webhooks are not unique",
    "--memory-type",
    "bug",
    "--tags",
    "webhook,idempotency",
  );
  await save(
    "請求書の税率は明細ごとに丸める。合計では丸めない。",
    "--subject",
    "税の丸め",
    "--memory-type",
    "decision",
    "--importance",
    "5",
  );
  await save(
    "Feature flags live in config/flags.toml and are read once at start.",
    "--subject",
    "Where feature flags live",
    "--memory-type",
    "config",
  );
  const env = { KIOKU_MESH_AGENT_FAMILY: "codex", KIOKU_MESH_CLIENT_ID: "codex-cli" };
  const message = "The retry change is merged; please re-run the load test.";
  await home.ok(["message", "send", "--to", "mesh", "--subject", "Retry policy", message], { env });
  return await save(
    "Retry with exponential backoff and full jitter, 30 s at the most, five tries.",
    ...["--subject", "Retry policy", "--memory-type", "decision", "--importance", "4", "--supersedes", old],
  );
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: `${PROJECT}/${PICTURES}/${name}.png` });
}

Deno.test("the page searches while somebody types, opens a memory with its history, and works by keyboard", async () => {
  using home = newHome();
  const newest = await fill(home);
  await withPage(home, async (page, origin) => {
    assert.equal(page.url(), `${origin}/`, "the token stays in no history");
    await page.waitForSelector(".card");
    assert.equal(await page.locator(".card").count(), 4, "what is superseded is not listed");
    await picture(page, "ui-memories");
    await page.keyboard.press("/");
    await page.keyboard.type("jitter");
    await page.waitForSelector("mark");
    assert.equal(await page.textContent("mark"), "jitter");
    assert.equal(await page.locator(".card").count(), 1);
    assert.match(page.url(), /q=jitter/);
    await picture(page, "ui-search");
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/memory/${newest}`);
    assert.equal(await page.locator(".history li").count(), 2);
    await picture(page, "ui-memory");
    await page.click(".history a");
    assert.match(await page.textContent(".content") ?? "", /three times/);
    await page.goto(`${origin}/`);
    await page.selectOption("select[name=type]", "bug");
    await page.locator(".card").nth(1).waitFor({ state: "detached" });
    assert.equal(await page.locator(".card").count(), 1);
  });
});

Deno.test("agents that are there and what they write are shown", async () => {
  using home = newHome();
  await fill(home);
  await withPage(home, async (page, origin) => {
    await page.goto(`${origin}/agents`);
    assert.match(await page.textContent(".card") ?? "", /codex-cli → mesh.*re-run the load test/s);
    assert.match(await page.textContent("main") ?? "", /No agent is there now/);
    const there = { KIOKU_MESH_AGENT_FAMILY: "claude", KIOKU_MESH_CLIENT_ID: "claude-code" };
    const { command, args, env, cwd } = home.invocation(["mcp", "serve"], { env: there });
    const server = new Deno.Command(command, {
      args,
      env,
      cwd,
      clearEnv: true,
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      const shown = "document.querySelector('table')?.textContent.includes('claude-code')";
      const over = performance.now() + 10_000;
      while (!await page.evaluate<boolean>(`Boolean(${shown})`)) {
        assert.ok(performance.now() < over, "the session is shown");
        await page.reload();
      }
      await picture(page, "ui-agents");
    } finally {
      await server.stdin.close();
      await server.status;
    }
  });
});

Deno.test("no page has a violation that axe finds: light and dark, wide and on a phone, in both languages", async () => {
  using home = newHome();
  const id = await fill(home);
  await withPage(home, async (page, origin) => {
    for (const lang of ["en", "ja"]) {
      await page.goto(`${origin}/?lang=${lang}`);
      assert.equal(await page.getAttribute("html", "lang"), lang);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        for (const width of [1100, 380]) {
          await page.setViewportSize({ width, height: 760 });
          for (const path of [...PAGES, `/memory/${id}`]) {
            await page.goto(origin + path);
            const where = `${path} ${lang} ${colorScheme} ${width}`;
            assert.deepEqual(await violations(page), [], where);
            const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
            assert.ok(overflow <= 0, `${where}: it is ${overflow} pixels too wide`);
            if (width === 380 && lang === "ja" && colorScheme === "dark" && path === "/") {
              await picture(page, "ui-phone");
            }
          }
        }
      }
    }
  });
});

Deno.test("without the token, or from another page, there is nothing to see", async () => {
  using home = newHome();
  await fill(home);
  await using other = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("<p>another page</p>", { headers: { "content-type": "text/html" } }),
  );
  await withPage(home, async (page, origin) => {
    const stranger = await page.context().browser()?.newContext().then((context) => context.newPage());
    assert.ok(stranger !== undefined);
    assert.equal((await stranger.goto(`${origin}/`))?.status(), 401);
    // The browser that was let in visits another page, which reaches for this one.
    const elsewhere = `http://127.0.0.1:${other.addr.port}/`;
    const enemy = await page.context().newPage();
    await enemy.goto(elsewhere);
    const got = await enemy.evaluate(async (address) => {
      const answers: string[] = [];
      for (const mode of ["cors", "no-cors"] as const) {
        const text = await fetch(`${address}/`, { mode, credentials: "include" }).then(
          (one) => one.text(),
          () => "",
        );
        answers.push(text);
      }
      return answers.join("");
    }, origin);
    assert.equal(got, "");
    await enemy.setContent(`<iframe src="${origin}/"></iframe>`);
    assert.doesNotMatch(await enemy.frames().at(-1)?.content() ?? "", /Retry policy/);
  });
});

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } = Reflect.get(
      globalThis,
      "axe",
    );
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) =>
      `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`
    );
  });
}
