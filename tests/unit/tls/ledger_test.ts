import assert from "node:assert/strict";
import { DAY } from "../../../lib/core/clock.ts";
import { addToLedger, LEDGER_FILE, liveLeaves, readLedger } from "../../../lib/tls/ledger.ts";
import { formatEntry, type Issued, type LedgerEntry, parseEntry } from "../../../lib/tls/ledger_entry.ts";
import { at, TEST_TIME } from "../../support/clock.ts";
import { tempFolder } from "../../support/folder.ts";

const NOW = at(TEST_TIME);

function issued(number: number, rest: Partial<Issued> = {}): Issued {
  return {
    event: "issued",
    cn: `host-${number}`,
    serial: `4b0${number}`,
    host: "5b65ed0a6e46482dae27a85d316e3c0c",
    user: "alice",
    teams: ["acme"],
    names: ["host", "192.0.2.7"],
    key: "00".repeat(32),
    fingerprint: "11".repeat(32),
    notBefore: NOW,
    notAfter: NOW + 10 * DAY,
    at: NOW,
    ...rest,
  };
}

const add = (folder: string, ...entries: LedgerEntry[]) =>
  addToLedger(folder, () => Promise.resolve({ entries, result: undefined }));

Deno.test("the ledger gives what was signed, with what became of it", async () => {
  using folder = tempFolder();
  assert.deepEqual(readLedger(folder.path), []);
  await add(folder.path, issued(1), issued(2, { user: undefined, host: undefined, teams: [] }));
  await add(folder.path, { event: "revoked", serial: "4b01", cn: "host-1", at: NOW + 5, reason: "löst" });
  await add(folder.path, issued(3, { notAfter: NOW + 1 }));
  const ledger = readLedger(folder.path);
  assert.deepEqual(ledger, [
    {
      ...issued(1),
      revoked: { event: "revoked", serial: "4b01", cn: "host-1", at: NOW + 5, reason: "löst" },
    },
    { ...issued(2, { user: undefined, host: undefined, teams: [] }), revoked: undefined },
    { ...issued(3, { notAfter: NOW + 1 }), revoked: undefined },
  ]);
  assert.deepEqual(liveLeaves(ledger, NOW).map(({ cn }) => cn), ["host-2", "host-3"]);
  assert.deepEqual(liveLeaves(ledger, NOW + 1).map(({ cn }) => cn), ["host-2"]);
  assert.equal((Deno.statSync(folder.at(LEDGER_FILE)).mode ?? 0) & 0o777, 0o600);
});

Deno.test("a ledger cut off anywhere gives its whole lines, and goes on after them", async () => {
  const entries: LedgerEntry[] = [
    issued(1),
    { event: "revoked", serial: "4b01", cn: "host-1", at: NOW, reason: "鍵が漏れた" },
    issued(2),
  ];
  const bytes = new TextEncoder().encode(entries.map((entry) => `${formatEntry(entry)}\n`).join(""));
  for (let length = 0; length < bytes.length; length += 7) {
    using folder = tempFolder();
    Deno.writeFileSync(folder.at(LEDGER_FILE), bytes.subarray(0, length));
    const whole = bytes.subarray(0, length).filter((byte) => byte === 0x0a).length;
    const cns = entries.slice(0, whole).filter(({ event }) => event === "issued").map(({ cn }) => cn);
    assert.deepEqual(readLedger(folder.path).map(({ cn }) => cn), cns, `cut at ${length}`);
    await add(folder.path, issued(3));
    assert.deepEqual(readLedger(folder.path).map(({ cn }) => cn), [...cns, "host-3"], `cut at ${length}`);
  }
});

Deno.test("a line that says nothing known is an error, since it may have been a revocation", () => {
  const line = formatEntry(issued(1));
  for (
    const bad of ["", "{}", line.slice(1), line.replace('"v":1', '"v":2'), line.replace("issued", "granted")]
  ) {
    using folder = tempFolder();
    Deno.writeTextFileSync(folder.at(LEDGER_FILE), `${line}\n${bad}\n${line}\n`);
    assert.throws(() => readLedger(folder.path), /line 2 says nothing/, bad);
  }
});

Deno.test("nothing is added when the decision fails; two that add do not lose each other's lines", async () => {
  using folder = tempFolder();
  await assert.rejects(addToLedger(folder.path, () => Promise.reject(new Error("no"))), /no/);
  assert.deepEqual(readLedger(folder.path), []);
  await Promise.all([1, 2, 3, 4].map((number) => add(folder.path, issued(number))));
  assert.deepEqual(readLedger(folder.path).map(({ cn }) => cn).sort(), [
    "host-1",
    "host-2",
    "host-3",
    "host-4",
  ]);
});

Deno.test("an entry without one of its members is none", () => {
  const whole: Record<string, unknown> = JSON.parse(formatEntry(issued(1)));
  assert.notEqual(parseEntry(JSON.stringify(whole)), undefined);
  for (const name of Object.keys(whole)) {
    const { [name]: _gone, ...rest } = whole;
    assert.equal(parseEntry(JSON.stringify(rest)), undefined, name);
  }
  assert.equal(parseEntry(JSON.stringify({ ...whole, user: "a/b" })), undefined);
  assert.equal(parseEntry(JSON.stringify({ ...whole, teams: [1] })), undefined);
});
