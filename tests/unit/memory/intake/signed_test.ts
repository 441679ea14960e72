import assert from "node:assert/strict";
import { MESH } from "../../../../lib/core/scope.ts";
import { exportMemories, exportRecords } from "../../../../lib/memory/export.ts";
import type { Entry } from "../../../../lib/memory/intake/entry.ts";
import { readExported } from "../../../../lib/memory/intake/exported.ts";
import { takeEntries } from "../../../../lib/memory/intake/take.ts";
import { emptyTally } from "../../../../lib/memory/intake/tally.ts";
import { markdownFile } from "../../../../lib/memory/markdown.ts";
import { trustAuthorities } from "../../../../lib/trust/publish.ts";
import { CERTIFICATES } from "../../../../lib/trust/space.ts";
import { keptVerdict } from "../../../../lib/trust/verdicts.ts";
import { newAuthority } from "../../../support/handmade_certificates.ts";
import { at, TEST_TIME } from "../../../support/clock.ts";
import { type TestContext, testContext } from "../../../support/context.ts";
import { newHost } from "../../../support/trust.ts";

const authority = await newAuthority();
const laptop = await newHost(authority, { host: "a1".repeat(16) });
const NOW = at(TEST_TIME);

function trusting(signs: boolean): TestContext {
  const context = testContext({
    identity: { pcId: laptop.signer.host },
    ...(signs ? { signer: laptop.signer } : {}),
  });
  trustAuthorities(context.store, authority.pem, NOW);
  context.store.write(() =>
    CERTIFICATES.ingest(context.store, laptop.record, { now: NOW, republish: false })
  );
  return context;
}

function note(content: string): Entry {
  const said = { format: "basic-memory", name: "a", source: "~/a.md", subject: "A", tags: [] } as const;
  const rest = { memoryType: "note", project: "", references: [], createdAt: undefined } as const;
  return { kind: "note", where: "", note: { ...said, ...rest, content } };
}

function take(context: Parameters<typeof takeEntries>[0], entries: Iterable<Entry>): string {
  const tally = emptyTally();
  takeEntries(context, entries, "f", { dryRun: false, allowSecret: false, scope: MESH }, tally, () => {});
  assert.deepEqual(tally.problems, []);
  return `${tally.added} added, ${tally.replacing} replacing, ${tally.known} known, ${tally.kept} kept`;
}

Deno.test("a host that signs signs what it takes in, and knows it again", () => {
  using context = trusting(true);
  assert.equal(take(context, [note("one")]), "1 added, 0 replacing, 0 known, 0 kept");
  assert.equal(take(context, [note("two")]), "1 added, 1 replacing, 0 known, 0 kept");
  assert.equal(take(context, [note("two")]), "0 added, 0 replacing, 1 known, 0 kept");
  assert.equal(take(context, [note("one")]), "1 added, 1 replacing, 0 known, 0 kept");
  for (const { id } of exportMemories(context, {}, true)) {
    assert.equal(keptVerdict(context.store, "o", id, "mesh")?.state, "verified");
  }
});

Deno.test("what a host took before it signed is still its own once it does", () => {
  using context = trusting(false);
  take(context, [note("one")]);
  const signing = { ...context, signer: laptop.signer };
  assert.equal(take(signing, [note("one")]), "0 added, 0 replacing, 1 known, 0 kept");
  assert.equal(take(signing, [note("two")]), "1 added, 1 replacing, 0 known, 0 kept");
});

Deno.test("a signed memory comes through every form with its signature", () => {
  using context = trusting(true);
  take(context, [note("one")]);
  const [memory] = exportMemories(context, {}, false);
  assert.ok(memory !== undefined && memory.payload.startsWith('{"_sig": '));
  const lines = [...exportRecords(context.store, {})].map((one): Entry => ({
    ...one,
    kind: "record",
    where: "",
  }));
  for (const entries of [lines, readExported(markdownFile(memory), "a.md")]) {
    using other = trusting(false);
    assert.equal(take(other, entries), "1 added, 0 replacing, 0 known, 0 kept");
    assert.deepEqual([...exportMemories(other, {}, false)], [memory]);
    assert.equal(keptVerdict(other.store, "o", memory.id, "mesh")?.state, "verified");
  }
});
