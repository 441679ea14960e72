import assert from "node:assert/strict";
import type { MemoryContext } from "../../../lib/memory/context.ts";
import { saveMemory } from "../../../lib/memory/save.ts";
import { Guard } from "../../../lib/ui/guard.ts";
import { handler } from "../../../lib/ui/handler.ts";
import type { MeshView } from "../../../lib/ui/view.ts";
import { addCertificate } from "../../../lib/trust/certificates.ts";
import { testContext } from "../../support/context.ts";
import { newMemory } from "../../support/new_memory.ts";
import { testId } from "../../support/observations.ts";
import { seededNumbers, seededRandom } from "../../support/random.ts";

function browser(memory: MemoryContext, mesh?: MeshView) {
  const guard = new Guard(4711, seededRandom(3));
  const handle = handler({ guard, memory, mesh: () => mesh, agents: () => [] });
  const ask = (url: string, headers: Record<string, string>) =>
    handle(new Request(url, { headers: { host: "127.0.0.1:4711", ...headers } }));
  const admitted = ask(guard.address, {});
  assert.equal(admitted.status, 303);
  assert.equal(admitted.headers.get("location"), "/");
  const cookie = admitted.headers.get("set-cookie")?.split(";")[0] ?? "";
  return (path: string, headers: Record<string, string> = {}) =>
    ask(`http://127.0.0.1:4711${path}`, { cookie, ...headers });
}

function save(memory: MemoryContext, subject: string, content: string, supersedes: string[] = []): string {
  const fields = { content, subject, supersedes, project: "api", tags: ["x"], importance: 3 };
  return saveMemory(memory, newMemory({ ...fields, memoryType: "decision" })).observation.id;
}

Deno.test("memories are listed by day, searched with marks, and shown with their history", async () => {
  using memory = testContext();
  const ask = browser(memory);
  assert.match(await ask("/").text(), /Nothing is saved yet/);
  const old = save(memory, "Retries", "three tries and a pause");
  const now = save(memory, "Retries", "five tries with jitter", [old]);
  const list = await ask("/").text();
  assert.match(list, new RegExp(`/memory/${now}`));
  assert.doesNotMatch(list, new RegExp(`/memory/${old}`), "what is superseded is not listed");
  assert.match(await ask("/?superseded=1").text(), new RegExp(`/memory/${old}`));
  assert.match(await ask("/?q=jitter&part=results").text(), /five tries with <mark>jitter<\/mark>/);
  assert.doesNotMatch(await ask("/?q=jitter&part=results").text(), /<html/);
  const shown = await ask(`/memory/${old}`).text();
  assert.match(shown, /three tries and a pause/);
  assert.match(shown, new RegExp(`href="/memory/${now}"`), "what supersedes it is linked");
  assert.equal(ask("/memory/00000000").status, 404);
  assert.equal(ask("/nowhere").status, 404);
});

Deno.test("the language follows the browser and then the choice", async () => {
  using memory = testContext();
  const ask = browser(memory);
  assert.match(await ask("/", { "accept-language": "ja,en;q=0.5" }).text(), /<html lang="ja">/);
  const chosen = ask("/mesh?lang=ja");
  assert.equal(chosen.headers.get("location"), "/mesh");
  assert.match(chosen.headers.get("set-cookie") ?? "", /kioku_lang=ja/);
});

Deno.test("the mesh is drawn, with what is down", async () => {
  using memory = testContext();
  const host = { id: undefined, version: undefined, isHere: false };
  const ask = browser(memory, {
    peerRuns: true,
    hosts: [
      { ...host, name: "here", role: "spoke", linked: true, isHere: true },
      { ...host, name: "the <hub>", role: "hub", linked: false },
    ],
    waiting: 3,
    since: undefined,
    lastReconcile: undefined,
    lag: 12_000,
    warning: "the hub is away",
  });
  const text = await ask("/mesh").text();
  assert.match(text, /<svg[^>]*aria-label="here: connected, the &lt;hub&gt;: no link"/);
  assert.match(text, /class="link down"/);
  assert.match(text, /12 ms/);
  assert.match(text, /the hub is away/);
});

Deno.test("certificates are listed with what they grant, and those that are over", async () => {
  using memory = testContext();
  const one = { authority: "a", host: testId(1), signer: undefined, payload: "{}" };
  memory.store.write(() => {
    addCertificate(memory.store, {
      ...one,
      id: testId(2),
      serial: "1",
      cn: "mbp-1",
      user: "alice",
      teams: ["acme"],
      notAfter: Number.MAX_SAFE_INTEGER,
    });
    addCertificate(memory.store, {
      ...one,
      id: testId(3),
      serial: "2",
      cn: "old-2",
      user: undefined,
      teams: [],
      notAfter: 1,
    });
  });
  const text = await browser(memory)("/mesh").text();
  assert.match(text, /mbp-1<\/th><td>user\/alice, team\/acme<\/td><td class="up">/);
  assert.match(text, /old-2<\/th><td><\/td><td class="down">/);
});

Deno.test("no text of a memory becomes markup, on any page", async () => {
  const seed = Date.now() % 1_000_000;
  const next = seededNumbers(seed);
  const pieces = [
    "<script>",
    "</pre>",
    '"onx="',
    "'",
    "&",
    "<!--",
    "]]>",
    "`",
    "jitter ",
    "\u202e",
    "設計",
    "\n",
  ];
  using memory = testContext();
  const ask = browser(memory);
  const text = () => Array.from({ length: 12 }, () => pieces[Math.floor(next() * pieces.length)]).join("");
  const ids = Array.from({ length: 50 }, () => save(memory, text(), `jitter ${text()}`));
  const pages = [
    "/",
    "/?q=jitter",
    "/?q=%3Cscript%3E",
    "/?project=%3Cscript%3E",
    ...ids.map((id) => `/memory/${id}`),
  ];
  for (const path of pages) {
    const shown = await ask(path).text();
    assert.doesNotMatch(shown, /<script>|"onx="|<!--/, `${path}; seed ${seed}`);
    assert.equal(shown.split("</pre>").length <= 2, true, `${path}; seed ${seed}`);
  }
});
