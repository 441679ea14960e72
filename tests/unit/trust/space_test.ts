import assert from "node:assert/strict";
import type { Arrival } from "../../../lib/store/exchange.ts";
import { openInMemory } from "../../../lib/store/open.ts";
import { isQueued } from "../../../lib/store/outbox.ts";
import { listQuarantine, quarantineCount } from "../../../lib/store/quarantine.ts";
import type { Store } from "../../../lib/store/store.ts";
import { formatCertificate, revocationKey } from "../../../lib/trust/certificate_record.ts";
import { findCertificate, grants, knownCertificates } from "../../../lib/trust/certificates.ts";
import { grantedIdentity } from "../../../lib/trust/granted.ts";
import { fromPem } from "../../../lib/trust/pem.ts";
import {
  publishCertificate,
  publishRevocation,
  signRevocation,
  trustAuthorities,
} from "../../../lib/trust/publish.ts";
import { CERTIFICATES } from "../../../lib/trust/space.ts";
import { newAuthority, newLeaf } from "../../support/handmade_certificates.ts";
import { at, TEST_TIME } from "../../support/clock.ts";
import { seededNumbers, shuffled } from "../../support/random.ts";
import { authoritySign, newHost } from "../../support/trust.ts";

const NOW = at(TEST_TIME);
const HOST = "00112233445566778899aabbccddeeff";
const OTHER = "ffeeddccbbaa99887766554433221100";
const HOW = { now: NOW, republish: false };

function trusting(pem: string): Store {
  const store = openInMemory();
  trustAuthorities(store, pem, NOW);
  return store;
}

function take(store: Store, arrival: Arrival, republish = false): string {
  return store.write(() => CERTIFICATES.ingest(store, arrival, { now: NOW, republish }));
}

Deno.test("a certificate that the authority signed is known, however often and in whatever order it comes", async () => {
  const authority = await newAuthority();
  const host = await newHost(authority, { host: HOST, user: "alice", teams: ["acme", "zeta"] });
  const { serial, cn } = host.granted;
  const revoked = await signRevocation(authority.pem, { serial, cn, at: NOW }, authoritySign(authority));
  for (const order of [[host.record, revoked], [revoked, host.record]]) {
    const store = trusting(authority.pem);
    assert.deepEqual(order.map((one) => CERTIFICATES.isKnown(store, one)), [false, false]);
    for (const one of order) assert.equal(take(store, one), "added");
    for (const one of order) assert.equal(take(store, one), "known");
    assert.deepEqual(order.map((one) => CERTIFICATES.isKnown(store, one)), [true, true]);
    const known = findCertificate(store, host.signer.certificate);
    assert.ok(known);
    assert.deepEqual([known.host, known.user, known.teams, known.signer, known.revokedAt], [
      HOST,
      "alice",
      ["acme", "zeta"],
      host.granted.signer,
      NOW,
    ]);
    assert.deepEqual(
      ["mesh", "user/alice", "team/acme", "user/bob", "team/other", "user/undefined"].map((scope) =>
        grants(known, scope)
      ),
      [true, true, true, false, false, false],
    );
    // As hosts exchange them.
    const digests = CERTIFICATES.digests(store, "mesh", "");
    assert.deepEqual(digests.map(({ kind }) => kind).sort(), ["c", "r"]);
    assert.deepEqual(CERTIFICATES.digests(store, "user/alice", ""), []);
    const out = digests.map(({ kind, id }) =>
      CERTIFICATES.outgoing(store, kind === "c" ? "certificate" : "revocation", id, "mesh")
    );
    assert.deepEqual(out.map((one) => one?.key).sort(), order.map(({ key }) => key).sort());
    store.close();
  }
});

Deno.test("what the authority has not signed, or not so, is set aside with the reason", async () => {
  const authority = await newAuthority();
  const impostor = await newAuthority();
  const host = await newHost(authority, { host: HOST, user: "alice" });
  const stranger = await newHost(impostor, { host: HOST, user: "alice" });
  const nobody = await newLeaf(authority, { cn: "python" });
  const { serial, cn } = host.granted;
  const facts = { serial, cn, at: NOW };
  const good = await signRevocation(authority.pem, facts, authoritySign(authority));
  const forged = await signRevocation(authority.pem, facts, authoritySign(impostor));
  const theirs = await signRevocation(impostor.pem, facts, authoritySign(impostor));
  const payload = host.record.payload;
  const keyOf = (pem: string, of = HOST) =>
    `mem/mesh/cert/${of}/${grantedIdentity(pem).fingerprint.slice(0, 32)}`;
  const wrong: readonly (readonly [Arrival, RegExp])[] = [
    [stranger.record, /no authority that is trusted here/],
    [{ ...host.record, key: host.record.key.replace(HOST, OTHER) }, /it is for the host 0011/],
    [{ ...host.record, key: stranger.record.key }, /its fingerprint is not its key's/],
    [{ ...host.record, key: "mem/mesh/cert/x" }, /its key is not a certificate's/],
    [{ ...host.record, payload: payload.replace("{", "{ ") }, /not a certificate in the form/],
    [
      { ...host.record, payload: payload.replace('"v": 1', '"v": 1, "w": 1') },
      /not a certificate in the form/,
    ],
    [{ ...host.record, payload: "x".repeat(20_000) }, /longer than/],
    [
      { key: keyOf(nobody), payload: formatCertificate(fromPem(nobody, "CERTIFICATE") ?? new Uint8Array()) },
      /it is for the host nobody/,
    ],
    [forged, /no authority that is trusted here/],
    [theirs, /no authority that is trusted here/],
    [{ ...good, key: revocationKey("0".repeat(32)) }, /its certificate is not its key's/],
    [{ ...good, payload: good.payload.replace("2026", "2016") }, /no authority that is trusted here/],
    [{ ...good, payload: "{}" }, /not a revocation/],
  ];
  for (const [arrival, reason] of wrong) {
    const store = trusting(authority.pem);
    assert.equal(take(store, arrival), "quarantined");
    assert.match(listQuarantine(store, 2)[0]?.reason ?? "", reason);
    assert.deepEqual(CERTIFICATES.digests(store, "mesh", ""), []);
    // Where the certificate is known, it is sent again in the place of what came under its key.
    take(store, host.record);
    take(store, arrival, true);
    const id = host.signer.certificate;
    assert.equal(isQueued(store, "certificate", id, "mesh"), arrival.key === host.record.key, arrival.key);
    store.close();
  }
});

Deno.test("of two revocations the earlier counts, whichever comes first", async () => {
  const authority = await newAuthority();
  const { granted: { serial, cn }, signer, record } = await newHost(authority, { host: HOST });
  const revocations = await Promise.all(
    [5, 1, 9].map((later) =>
      signRevocation(authority.pem, { serial, cn, at: NOW + later }, authoritySign(authority))
    ),
  );
  for (let seed = 1; seed <= 6; seed++) {
    const store = trusting(authority.pem);
    for (const one of shuffled([record, ...revocations], seededNumbers(seed))) take(store, one);
    assert.equal(findCertificate(store, signer.certificate)?.revokedAt, NOW + 1, `seed ${seed}`);
    store.close();
  }
});

Deno.test("another authority makes what it signed known, and nothing else", async () => {
  const [one, two] = [await newAuthority("one"), await newAuthority("two")];
  const [first, second] = [await newHost(one, { host: HOST }), await newHost(two, { host: OTHER })];
  const store = openInMemory();
  const ids = () => knownCertificates(store).map(({ host }) => host).sort();
  assert.equal(take(store, first.record), "quarantined", "nobody is trusted yet");
  take(store, second.record);
  assert.equal(trustAuthorities(store, one.pem, NOW), true);
  assert.deepEqual(ids(), [HOST]);
  assert.equal(trustAuthorities(store, one.pem, NOW), false);
  trustAuthorities(store, one.pem + two.pem, NOW);
  assert.deepEqual(ids(), [HOST, OTHER]);
  trustAuthorities(store, two.pem, NOW);
  assert.deepEqual(ids(), [OTHER]);
  trustAuthorities(store, undefined, NOW);
  assert.deepEqual(ids(), []);
  assert.equal(quarantineCount(store), 2);
  store.close();
});

Deno.test("a host sends its own certificate out once, a revocation too", async () => {
  const authority = await newAuthority();
  const host = await newHost(authority, { host: HOST });
  const { serial, cn } = host.granted;
  const store = trusting(authority.pem);
  const id = host.signer.certificate;
  publishCertificate(store, host.pem, NOW);
  assert.ok(isQueued(store, "certificate", id, "mesh"));
  store.run("DELETE FROM outbox");
  publishCertificate(store, host.pem, NOW);
  assert.ok(!isQueued(store, "certificate", id, "mesh"));
  const stranger = await newHost(await newAuthority(), { host: HOST });
  assert.throws(() => publishCertificate(store, stranger.pem, NOW), /no authority that is trusted here/);
  const python = await newLeaf(authority, { cn: "python" });
  assert.throws(() => publishCertificate(store, python, NOW), /does not say which host/);
  const revocation = await signRevocation(authority.pem, { serial, cn, at: NOW }, authoritySign(authority));
  publishRevocation(store, revocation, NOW);
  assert.ok(isQueued(store, "revocation", revocation.key.slice(-32), "mesh"));
  assert.throws(() => publishRevocation(store, { ...revocation, payload: "{}" }, NOW), /Cannot publish/);
  assert.equal(quarantineCount(store), 0);
  store.close();
});

Deno.test("a flood of certificates that nobody signed makes none of them known", async () => {
  const authority = await newAuthority();
  const impostor = await newHost(await newAuthority(), { host: HOST });
  const host = await newHost(authority, { host: OTHER });
  const store = trusting(authority.pem);
  store.write(() => {
    for (let n = 0; n < 2_000; n++) {
      const key = `mem/mesh/cert/${HOST}/${n.toString(16).padStart(32, "0")}`;
      CERTIFICATES.ingest(store, { key, payload: impostor.record.payload.replace("v", `v${n}`) }, HOW);
    }
  });
  assert.deepEqual(knownCertificates(store), []);
  assert.equal(quarantineCount(store), 2_000);
  assert.equal(take(store, host.record), "added");
  store.close();
});
