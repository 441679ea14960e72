import assert from "node:assert/strict";
import { talk } from "./support/dialogue.ts";
import { newHome } from "./support/program.ts";

Deno.test("who signs is shown the request and asked; nothing that was pasted can answer", async () => {
  using ca = newHome();
  using host = newHome();
  await ca.ok(["tls", "init-ca"]);
  const block = await host.ok(["tls", "request", "--san", "spoke", "--user", "alice"]);
  const ledger = () => ca.ok(["tls", "info", "--json"]).then((text) => JSON.parse(text).issued.length);

  const poisoned = talk(ca, ["tls", "sign"]);
  await poisoned.see(/Paste the block/);
  await poisoned.type(`${block}yes\ny\n0000\nyes`);
  await poisoned.see(/cancelled/);
  assert.equal((await poisoned.end()).code, 1);
  assert.equal(await ledger(), 0);

  const signing = talk(ca, ["tls", "sign"]);
  await signing.see(/Paste the block/);
  await signing.type(block);
  await signing.see(/names: spoke\n/);
  await signing.see(/user: alice\n/);
  const [, code = ""] = await signing.see(/Sign it\? Type ([0-9a-f]{4}) to go on:/);
  await signing.type(code);
  await signing.see(/-----BEGIN KIOKU-MESH CERT BUNDLE-----/);
  assert.equal((await signing.end()).code, 0);
  assert.equal(await ledger(), 1);
});

Deno.test("a passphrase is asked twice, and not shown", async () => {
  using ca = newHome();
  const different = talk(ca, ["tls", "init-ca", "--passphrase"]);
  await different.see(/Passphrase for the authority's key:/);
  await different.type("one");
  await different.see(/Once more:/);
  await different.type("another");
  const end = await different.end();
  assert.equal(end.code, 2);
  assert.match(end.shown, /the two are not the same/);
  assert.ok(!end.shown.includes("another\n"), end.shown);

  const made = talk(ca, ["tls", "init-ca", "--passphrase"]);
  await made.see(/Passphrase for the authority's key:/);
  await made.type("pâsz\u007fs");
  await made.see(/Once more:/);
  await made.type("pâss");
  const { code, shown } = await made.end();
  assert.equal(code, 0, shown);
  assert.ok(!shown.includes("pâs"), shown);

  const request = await ca.ok(["tls", "request"]);
  Deno.writeTextFileSync(ca.at("request"), request);
  const signing = talk(ca, ["tls", "sign", ca.at("request"), "--yes"]);
  await signing.see(/Passphrase of the authority's key:/);
  await signing.type("pâss");
  await signing.see(/BEGIN KIOKU-MESH CERT BUNDLE/);
  assert.equal((await signing.end()).code, 0);
});
