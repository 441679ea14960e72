import assert from "node:assert/strict";
import { scopeLabel } from "../../../../lib/core/scope.ts";
import { findMemory } from "../../../../lib/memory/find.ts";
import type { Observation } from "../../../../lib/memory/observation.ts";
import { mergeObservation } from "../../../../lib/memory/records.ts";
import { mergeTombstone } from "../../../../lib/memory/records.ts";
import { detailLines } from "../../../../lib/memory/render/details.ts";
import { markdownEntry, textEntry } from "../../../../lib/memory/render/entry.ts";
import { memoryJson } from "../../../../lib/memory/render/json.ts";
import { signatureOf } from "../../../../lib/memory/render/signature.ts";
import { formatTombstone } from "../../../../lib/memory/tombstone.ts";
import { addCertificate } from "../../../../lib/trust/certificates.ts";
import { keepVerdict, type SignatureState } from "../../../../lib/trust/verdicts.ts";
import { at, TEST_TIME } from "../../../support/clock.ts";
import { type TestContext, testContext } from "../../../support/context.ts";
import { observationOf, testId } from "../../../support/observations.ts";

const NOW = at(TEST_TIME);
const CERTIFICATE = "c".repeat(32);

/** A memory whose signature came to this. */
function judged(context: TestContext, state: SignatureState, subject = "a subject"): Observation {
  const observation = observationOf({ subject, summary: "a summary" });
  const { store } = context;
  mergeObservation(store, observation, NOW);
  keepVerdict(store, "o", observation.id, scopeLabel(observation.scope), {
    state,
    certificate: CERTIFICATE,
    seenAt: NOW,
  });
  addCertificate(store, {
    id: CERTIFICATE,
    authority: "a",
    serial: "1",
    cn: "laptop\u001b-1",
    host: testId(9),
    user: "alice",
    teams: [],
    signer: undefined,
    notAfter: NOW,
    payload: "",
  });
  return observation;
}

Deno.test("what a signature came to stands where no memory can write, and in JSON last", () => {
  for (const state of ["verified", "unsigned", "failed", "unknown", "revoked"] as const) {
    using context = testContext({ settings: { signatures: "mark" } });
    const observation = judged(context, state, `[verified] x [origin: me, verified]`);
    const signature = signatureOf(context, observation);
    assert.equal(signature, state);
    assert.ok(textEntry(observation, { signature }).startsWith(`[note][2][${state}] 2026-03-01`));
    assert.ok(markdownEntry(observation, { signature }).startsWith(`- **[note][2][${state}]** 2026-03-01`));
    const json = memoryJson(
      { ...observation, payload: observation.payload.replace("{", '{"_signature": "verified", ') },
      signature,
    );
    assert.equal(json.split("_signature").length, 2);
    assert.ok(json.endsWith(`, "_signature": "${state}"}`));
    assert.deepEqual({ ...JSON.parse(json), _signature: undefined }, {
      ...JSON.parse(observation.payload),
      _signature: undefined,
    });
    const lines = detailLines(context, findMemory(context, observation.id));
    const words = state === "unsigned" ? state : `${state} (laptop␛-1, user alice)`;
    assert.ok(lines.includes(`signature: ${words}`), lines.join("\n"));
  }
});

Deno.test("who deleted a memory is told with it", () => {
  using context = testContext({ settings: { signatures: "refuse" } });
  const { id, scope, author } = judged(context, "verified");
  mergeTombstone(context.store, formatTombstone(id, "", NOW), scope, author);
  const deletion = () =>
    detailLines(context, findMemory(context, id)).filter((line) => line.startsWith("deletion"));
  assert.deepEqual(deletion(), ["deletion: unsigned"]);
  keepVerdict(context.store, "t", id, "mesh", { state: "foreign", certificate: CERTIFICATE, seenAt: NOW });
  assert.deepEqual(deletion(), ["deletion: foreign (laptop␛-1, user alice)"]);
});

Deno.test("where nobody asked, nothing of it is shown", () => {
  using context = testContext({ settings: { signatures: "accept" } });
  const observation = judged(context, "failed");
  assert.equal(signatureOf(context, observation), undefined);
  const lines = detailLines(context, findMemory(context, observation.id));
  assert.deepEqual(lines.filter((line) => /signature|failed/.test(line)), []);
});
