import assert from "node:assert/strict";
import type { SignaturePolicy } from "../../lib/core/config.ts";
import { recordKey } from "../../lib/core/keyspace.ts";
import { MESH } from "../../lib/core/scope.ts";
import { deleteMemory } from "../../lib/memory/delete.ts";
import { findMemory } from "../../lib/memory/find.ts";
import { outgoingRecord } from "../../lib/memory/outgoing.ts";
import { findRecord } from "../../lib/memory/records.ts";
import { parseEndpoint } from "../../lib/mesh/endpoint.ts";
import { listQuarantine } from "../../lib/store/quarantine.ts";
import { knownCertificates } from "../../lib/trust/certificates.ts";
import { withNonce } from "../../lib/trust/own_id.ts";
import { publishRevocation, signRevocation } from "../../lib/trust/publish.ts";
import { signPayload } from "../../lib/trust/signature.ts";
import { keptVerdict } from "../../lib/trust/verdicts.ts";
import { newAuthority } from "../support/handmade_certificates.ts";
import { observationOf, TEST_AUTHOR, testId } from "../support/observations.ts";
import { authoritySign, newHost, type TestHost } from "../support/trust.ts";
import { routerTest, startHost, until } from "./support/host.ts";
import { save, startTestPeer, type TestPeer, type TestTrust, untilCaughtUp } from "./support/peers.ts";

const authority = await newAuthority();
const [center, laptop, desktop] = await Promise.all([
  newHost(authority, { host: "c0".repeat(16), user: "carol" }),
  newHost(authority, { host: "a1".repeat(16), user: "alice" }),
  newHost(authority, { host: "a2".repeat(16), user: "alice" }),
]);

function trusting(host: TestHost, signatures: SignaturePolicy): { readonly trust: TestTrust } {
  return { trust: { host, authority: authority.pem, signatures } };
}

function stateOf({ memory }: TestPeer, id: string): string | undefined {
  return keptVerdict(memory.store, "o", id, "mesh")?.state;
}

function contentOf({ memory }: TestPeer, id: string): string | undefined {
  return findRecord(memory.store, id, MESH)?.observation.content;
}

async function untilVerified(id: string, ...peers: readonly TestPeer[]): Promise<void> {
  await until(`${id} is verified`, () => peers.every((peer) => stateOf(peer, id) === "verified"));
}

routerTest("what a host signs is verified on every host, also on one that comes later", async () => {
  await using hub = await startTestPeer({ role: "hub", ...trusting(center, "refuse") });
  await using first = await startTestPeer({
    role: "spoke",
    connect: hub.endpoint,
    ...trusting(laptop, "mark"),
  });
  await untilCaughtUp(hub, first);
  const kept = save(first.memory, "kept");
  const gone = save(first.memory, "gone");
  await untilVerified(kept, hub, first);
  await untilVerified(gone, hub);
  await using second = await startTestPeer({
    role: "spoke",
    connect: hub.endpoint,
    ...trusting(desktop, "refuse"),
  });
  await untilVerified(gone, second);
  await until(
    "everybody's certificate is known",
    () => [hub, first, second].every(({ memory }) => knownCertificates(memory.store).length === 3),
  );
  // Another host of the same user deletes.
  deleteMemory(second.memory, gone, "wrong");
  await until(
    "it is deleted",
    () => [hub, first].every(({ memory }) => findMemory(memory, gone).state === "tombstoned"),
  );
  assert.equal(keptVerdict(hub.memory.store, "t", gone, "mesh")?.state, "verified");
  for (const { memory, events } of [hub, first, second]) {
    assert.deepEqual(listQuarantine(memory.store, 5), []);
    assert.deepEqual(events.filter(({ kind }) => kind === "trouble"), []);
  }
});

routerTest(
  "what a stranger puts in a record's place, or in another's name, is told, refused and put right",
  async () => {
    await using hub = await startTestPeer({ role: "hub", ...trusting(center, "refuse") });
    await using spoke = await startTestPeer({
      role: "spoke",
      connect: hub.endpoint,
      ...trusting(laptop, "mark"),
    });
    await using stranger = await startHost({ connect: [parseEndpoint(hub.endpoint)], storages: [] });
    await untilCaughtUp(hub, spoke);
    const id = save(spoke.memory, "what alice said");
    await untilVerified(id, hub);
    const record = outgoingRecord(hub.memory.store, "observation", id, "mesh");
    assert.ok(record);
    const { session } = stranger;
    await until("the stranger reads it", async () => {
      let read = "";
      await session.getAll(record.key, (sample) => read = new TextDecoder().decode(sample.payload)).catch(
        () => {},
      );
      return read === record.payload;
    });
    const unsigned = record.payload.replace(/^\{.*?"content"/, '{"content"');
    const tombstone = record.key.replace("/obs/", "/tomb/");
    const erased = unsigned.replace(
      '{"content": "what alice said"',
      '{"purged_at": "2026-01-01T00:00:00Z", "content": ""',
    );
    const asDesktop = (key: string, text: string) =>
      signPayload(center.signer, key, withNonce(text, "0".repeat(16)));
    const other = testId(1);
    const otherKey = recordKey("obs", MESH, { ...TEST_AUTHOR, pcId: laptop.signer.host }, other);
    const forged = observationOf({
      id: other,
      author: { ...TEST_AUTHOR, pcId: laptop.signer.host },
      content: "as alice",
    });
    const attacks: readonly (readonly [key: string, payload: string])[] = [
      [record.key, record.payload.replace("said", "sold")],
      [record.key, unsigned],
      [record.key, asDesktop(record.key, unsigned)],
      [record.key, erased],
      [tombstone, `{"observation_id": "${id}", "reason": "", "deleted_at": "2026-01-01T00:00:00.000000Z"}`],
      [otherKey, asDesktop(otherKey, forged.payload)],
      [otherKey, forged.payload],
      [`mem/mesh/cert/${laptop.signer.host}/${"0".repeat(32)}`, laptop.record.payload],
      [laptop.record.key, center.record.payload],
    ];
    for (const [key, payload] of attacks) await session.putAcknowledged(key, payload);
    await until(
      "the hub has set all aside",
      () => listQuarantine(hub.memory.store, 50).length >= attacks.length,
    );
    assert.equal(findMemory(hub.memory, id).state, "live");
    assert.equal(contentOf(hub, id), "what alice said");
    assert.equal(contentOf(hub, other), undefined);
    assert.equal(knownCertificates(hub.memory.store).length, 2);
    // A spoke that marks shows the forgery that cannot be told from an unsigned record as what it is; the tombstone acts there.
    assert.equal(contentOf(spoke, id), "what alice said");
    assert.equal(stateOf(spoke, id), "verified");
    await until("the unsigned one is there", () => contentOf(spoke, other) === "as alice");
    assert.equal(stateOf(spoke, other), undefined);
    await until("the storage has the record and the certificate again", async () => {
      const read = new Map<string, string>();
      for (const key of [record.key, laptop.record.key]) {
        await session.getAll(key, (sample) => void read.set(key, new TextDecoder().decode(sample.payload)))
          .catch(() => {});
      }
      return read.get(record.key) === record.payload && read.get(laptop.record.key) === laptop.record.payload;
    });
  },
);

routerTest("a revocation reaches every host, and what is signed after it is refused", async () => {
  await using hub = await startTestPeer({ role: "hub", ...trusting(center, "refuse") });
  await using thief = await startTestPeer({
    role: "spoke",
    connect: hub.endpoint,
    ...trusting(laptop, "mark"),
  });
  await using spoke = await startTestPeer({
    role: "spoke",
    connect: hub.endpoint,
    ...trusting(desktop, "mark"),
  });
  await untilCaughtUp(hub, thief, spoke);
  const before = save(thief.memory, "before");
  await untilVerified(before, hub, spoke);
  const { serial, cn } = laptop.granted;
  const revocation = await signRevocation(
    authority.pem,
    { serial, cn, at: hub.memory.clock() },
    authoritySign(authority),
  );
  publishRevocation(hub.memory.store, revocation, hub.memory.clock());
  await until(
    "it is known",
    () =>
      [thief, spoke].every(({ memory }) =>
        knownCertificates(memory.store).some(({ host, revokedAt }) =>
          host === laptop.signer.host && revokedAt !== undefined
        )
      ),
  );
  const after = save(thief.memory, "after");
  await until("it is marked", () => stateOf(spoke, after) === "revoked");
  await until(
    "it is refused",
    () => listQuarantine(hub.memory.store, 5).some(({ reason }) => reason.includes("was revoked before")),
  );
  assert.equal(contentOf(hub, after), undefined);
  for (const peer of [hub, spoke]) assert.equal(stateOf(peer, before), "verified");
});
