import assert from "node:assert/strict";
import { MESH, type Scope } from "../../../lib/core/scope.ts";
import { messageKey } from "../../../lib/messaging/keys.ts";
import { formatMessage } from "../../../lib/messaging/message.ts";
import { findMessage } from "../../../lib/messaging/records.ts";
import { checkSignature, signatureText, unsigned } from "../../../lib/messaging/signature.ts";
import { withheldMail } from "../../../lib/messaging/withheld.ts";
import { trustAuthorities } from "../../../lib/trust/publish.ts";
import { signPayload } from "../../../lib/trust/signature.ts";
import { CERTIFICATES } from "../../../lib/trust/space.ts";
import { newAuthority } from "../../support/handmade_certificates.ts";
import { at, TEST_TIME } from "../../support/clock.ts";
import { type TestContext, testContext } from "../../support/context.ts";
import { arrive, messageOf, send, take } from "../../support/messaging.ts";
import { testId } from "../../support/observations.ts";
import { newHost, type TestHost } from "../../support/trust.ts";

const NOW = at(TEST_TIME);
const authority = await newAuthority();
const [laptop, bob] = await Promise.all([
  newHost(authority, { host: "a1".repeat(16), user: "alice", teams: ["acme"] }),
  newHost(authority, { host: "b1".repeat(16), user: "bob", teams: [] }),
]);

function host(own: TestHost, known: readonly TestHost[] = [laptop, bob]): TestContext {
  const { host: pcId, user } = own.signer;
  const context = testContext({
    identity: { pcId, clientId: `${user}@box`, sessionId: `session-${user}` },
    settings: { mode: "spoke", userId: user, teamId: "acme", signatures: "mark" },
    signer: own.signer,
  });
  trustAuthorities(context.store, authority.pem, NOW);
  for (const { record } of known) {
    context.store.write(() => CERTIFICATES.ingest(context.store, record, { now: NOW, republish: false }));
  }
  return context;
}

function signatureOf(context: TestContext, id: string, scope: Scope = MESH): string | undefined {
  const stored = findMessage(context.store, scope, id);
  assert.ok(stored !== undefined);
  return signatureText(context, stored);
}

Deno.test("what a host with a certificate sends is signed, and the reader sees by which host", () => {
  using alice = host(laptop);
  using reader = host(bob);
  take(reader);
  const message = send(alice, "session:session-bob", "hello", { id: testId(1) });
  assert.match(message.payload, /^\{"_sig": "1\./);
  // Sent again it is the same.
  assert.deepEqual(send(alice, "session:session-bob", "hello", { id: testId(1) }), message);
  arrive(reader, message);
  assert.deepEqual(take(reader), ["hello"]);
  assert.equal(signatureOf(reader, message.id), `verified, host ${laptop.signer.host}`);
  const plain = messageOf({ id: testId(2) });
  arrive(reader, plain);
  assert.equal(signatureOf(reader, plain.id), "unsigned");
  using stranger = host(bob, [bob]);
  arrive(stranger, message);
  assert.equal(signatureOf(stranger, message.id), "unknown");
});

Deno.test("what is signed in another host's name, or where the signer may not write, is taken nowhere", () => {
  using reader = host(laptop);
  take(reader);
  const team: Scope = { tier: "team", id: "acme" };
  const forge = (id: string, scope: Scope, pcId: string) => {
    const draft = messageOf({ id, scope, target: { kind: "session", id: "session-alice" } });
    const text = formatMessage({ ...draft, pcId });
    return { ...draft, payload: signPayload(bob.signer, messageKey(scope, draft.target, id), text) };
  };
  assert.equal(arrive(reader, forge(testId(1), MESH, laptop.signer.host)), "quarantined");
  assert.equal(arrive(reader, forge(testId(2), team, bob.signer.host)), "quarantined");
  assert.equal(arrive(reader, forge(testId(3), MESH, bob.signer.host)), "added");
  assert.deepEqual(withheldMail(reader).map(({ id, code }) => [id, code]), [
    [testId(1), "not_proven"],
    [testId(2), "not_proven"],
  ]);
  // A byte changed after it was signed.
  const good = forge(testId(4), MESH, bob.signer.host);
  const changed = { ...good, payload: good.payload.replace('"hello"', '"hullo"') };
  assert.equal(arrive(reader, changed), "added");
  assert.equal(signatureOf(reader, testId(4)), "failed");
  // Where only what is proven is taken, neither that nor what is unsigned is.
  for (const message of [{ ...changed, id: testId(4) }, messageOf({ id: testId(5) })]) {
    using strict = host(laptop);
    assert.equal(arrive(strict, message, { refuseUnproven: true }), "quarantined");
    assert.equal(arrive(strict, forge(testId(6), MESH, bob.signer.host), { refuseUnproven: true }), "added");
  }
});

Deno.test("a signature covers the key too, and taking it off gives what was signed", () => {
  using alice = host(laptop);
  const message = send(alice, "agent:bob@box", "hello");
  assert.doesNotMatch(unsigned(message.payload), /_sig/);
  assert.equal(checkSignature(alice.store, message, NOW).state, "verified");
  const moved = { ...message, target: { kind: "agent", id: "eve@box" } } as const;
  assert.equal(checkSignature(alice.store, moved, NOW).state, "failed");
});
