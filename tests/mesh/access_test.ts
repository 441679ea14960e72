import assert from "node:assert/strict";
import { recordKey } from "../../lib/core/keyspace.ts";
import { MESH, type Scope } from "../../lib/core/scope.ts";
import { ingest } from "../../lib/memory/ingest.ts";
import { writeWhole } from "../../lib/core/files.ts";
import { systemRandom } from "../../lib/core/random.ts";
import type { Admission, AdmissionSource } from "../../lib/mesh/admission.ts";
import { parseEndpoint } from "../../lib/mesh/endpoint.ts";
import type { PeerEvent } from "../../lib/mesh/peer.ts";
import { enqueue } from "../../lib/store/outbox.ts";
import { observationOf, TEST_AUTHOR, testId } from "../support/observations.ts";
import { tempFolder } from "../support/folder.ts";
import { routerTest, startHost, until } from "./support/host.ts";
import { recordSet, save, startTestPeer, type TestPeer, untilCaughtUp, untilEqual } from "./support/peers.ts";
import { accessFor, Issuer } from "./support/secured.ts";

const ALICE: Scope = { tier: "user", id: "alice" };
const ACME: Scope = { tier: "team", id: "acme" };
const SCOPES = [MESH, ALICE, ACME];

/** Has a record of a scope, as if it had been saved there. */
function give({ memory: { store } }: TestPeer, scope: Scope, label: string, n: number): void {
  const payload = observationOf({ id: testId(n), scope }).payload;
  store.write(() => {
    ingest(store, { key: recordKey("obs", scope, TEST_AUTHOR, testId(n)), payload }, {
      now: 1,
      republish: false,
    });
    enqueue(store, "observation", testId(n), label, 1);
  });
}

function turnedAway({ events }: TestPeer): PeerEvent[] {
  return events.filter(({ kind }) => kind === "turned-away");
}

routerTest(
  "hosts with certificates exchange what they are granted, and nothing of theirs is turned away",
  async () => {
    using issuer = await Issuer.make();
    const [h, a, b] = [
      await issuer.issue("hub"),
      await issuer.issue("alice", { user: "alice", teams: ["acme"] }),
      await issuer.issue("bob", { user: "bob", teams: ["acme"] }),
    ];
    const access = accessFor([a, b], SCOPES);
    await using hub = await startTestPeer({ role: "hub", scopes: SCOPES, ...h, access });
    const connect = hub.endpoint;
    await using alice = await startTestPeer({ role: "spoke", scopes: SCOPES, connect, ...a });
    await using bob = await startTestPeer({ role: "spoke", scopes: [MESH, ACME], connect, ...b });
    await untilCaughtUp(hub, alice, bob);
    for (const n of [1, 2]) give(alice, ALICE, "user/alice", n);
    give(bob, ACME, "team/acme", 3);
    save(bob.memory, "for everybody");
    await untilEqual([hub, alice, bob]);
    await untilEqual([hub, alice, bob], 30_000, "team/acme");
    await untilEqual([hub, alice], 30_000, "user/alice");
    assert.equal(recordSet(alice.memory, "user/alice").length, 2);
    assert.equal(recordSet(alice.memory, "team/acme").length, 1);
    for (const peer of [alice, bob]) {
      assert.deepEqual(await peer.peer.drained(20_000), {
        left: 0,
        caughtUp: true,
      });
    }
    assert.deepEqual(turnedAway(hub), []);
  },
);

/** What a hub admits, in a file that a test changes. */
class AdmissionFile implements AdmissionSource {
  readonly files: readonly string[];

  constructor(readonly path: string, admission: Pick<Admission, "scopes" | "access">) {
    this.files = [path];
    this.write(admission);
  }

  write(admission: Pick<Admission, "scopes" | "access">): void {
    writeWhole(this.path, JSON.stringify(admission), systemRandom);
  }

  read = (): Promise<Admission> => Promise.resolve(JSON.parse(Deno.readTextFileSync(this.path)));
}

routerTest(
  "a revoked certificate gets nothing through any more, while others go on and lose nothing",
  async () => {
    using issuer = await Issuer.make();
    using folder = tempFolder();
    const [h, a, b] = [await issuer.issue("hub"), await issuer.issue("alice"), await issuer.issue("bob")];
    const access = accessFor([a, b]);
    const admissionSource = new AdmissionFile(folder.at("admission.json"), { scopes: [MESH], access });
    await using hub = await startTestPeer({ role: "hub", ...h, access, admissionSource });
    const connect = hub.endpoint;
    await using alice = await startTestPeer({ role: "spoke", connect, ...a });
    await using bob = await startTestPeer({ role: "spoke", connect, ...b });
    await untilCaughtUp(hub, alice, bob);
    save(bob.memory, "while it counted");
    await untilEqual([hub, alice, bob]);

    const before = Array.from({ length: 50 }, (_, n) => save(alice.memory, `before ${n}`));
    admissionSource.write({ scopes: [MESH], access: accessFor([a]) });
    const during: string[] = [];
    await until("the hub turns bob away", () => {
      during.push(save(alice.memory, `during ${during.length}`));
      return turnedAway(hub).some((event) =>
        event.kind === "turned-away" && event.refusal.kind === "unknown"
      );
    }, 30_000);
    // Its router has a link, since the certificate's signature is as good as ever.
    await until("bob is linked again", () => bob.peer.status().connected.length > 0, 30_000);
    const lost = save(bob.memory, "after it was revoked");
    const after = save(alice.memory, "not for bob any more");
    await untilEqual([hub, alice]);
    const there = recordSet(hub.memory).map((line) => line.slice(1, 33));
    assert.deepEqual([...before, ...during].filter((id) => !there.includes(id)), []);
    await until(
      "bob's record has been tried",
      () => bob.events.some(({ kind }) => kind === "unconfirmed"),
      30_000,
    );
    assert.ok(!recordSet(hub.memory).some((line) => line.includes(lost)));
    assert.ok(!recordSet(bob.memory).some((line) => line.includes(after)));
    assert.deepEqual(await alice.peer.drained(20_000), { left: 0, caughtUp: true });
  },
);

routerTest("a link ends with the certificate that it was made with", async () => {
  using issuer = await Issuer.make();
  const h = await issuer.issue("hub");
  // Long enough to start both hosts on a busy machine.
  const over = Date.now() + 12_000;
  const a = await issuer.issue("alice", { notAfter: new Date(over) });
  await using hub = await startTestPeer({ role: "hub", ...h, access: accessFor([a]) });
  await using alice = await startTestPeer({ role: "spoke", connect: hub.endpoint, ...a });
  await untilCaughtUp(hub, alice);
  save(alice.memory, "while it lasts");
  await untilEqual([hub, alice]);
  await until(
    "the link ends",
    () => turnedAway(hub).some((event) => event.kind === "turned-away" && event.refusal.kind === "expired"),
    40_000,
  );
  await until("the hub has no link", () => hub.peer.status().connected.length === 0);
  const lost = save(alice.memory, "too late");
  await until(
    "it is not let in again",
    () =>
      turnedAway(hub).some((event) =>
        event.kind === "turned-away" && event.refusal.kind === "link" && /expired/.test(event.refusal.reason)
      ),
    40_000,
  );
  assert.ok(!recordSet(hub.memory).some((line) => line.includes(lost)));
});

routerTest(
  "a scope that a running hub declares is carried from then on, and one that it ends no more",
  async () => {
    using issuer = await Issuer.make();
    using folder = tempFolder();
    const h = await issuer.issue("hub");
    const a = await issuer.issue("alice", { teams: ["acme"] });
    const b = await issuer.issue("bob", { teams: ["acme"] });
    const admitting = (scopes: readonly Scope[]) => ({ scopes, access: accessFor([a, b], scopes) });
    const { access } = admitting([MESH]);
    const admissionSource = new AdmissionFile(folder.at("admission.json"), admitting([MESH]));
    await using hub = await startTestPeer({ role: "hub", ...h, access, admissionSource });
    const connect = hub.endpoint;
    await using alice = await startTestPeer({ role: "spoke", scopes: [MESH, ACME], connect, ...a });
    await using bob = await startTestPeer({ role: "spoke", scopes: [MESH, ACME], connect, ...b });
    await untilCaughtUp(hub, alice, bob);
    give(alice, ACME, "team/acme", 1);
    const id = save(alice.memory, "for everybody");
    await until("the mesh has it", () => recordSet(bob.memory).some((line) => line.includes(id)));
    assert.equal(recordSet(bob.memory, "team/acme").length, 0);

    admissionSource.write(admitting([MESH, ACME]));
    await untilEqual([hub, alice, bob], 30_000, "team/acme");
    assert.equal(recordSet(hub.memory, "team/acme").length, 1);

    admissionSource.write(admitting([MESH]));
    await until(
      "it is declared no more",
      () => hub.events.filter(({ kind }) => kind === "admission").length === 2,
    );
    await until("the hub is up", () => hub.peer.status().routerUp && bob.peer.status().connected.length > 0);
    give(alice, ACME, "team/acme", 2);
    const later = save(alice.memory, "for everybody, later");
    await until(
      "the mesh has that",
      () => recordSet(bob.memory).some((line) => line.includes(later)),
      30_000,
    );
    assert.equal(recordSet(bob.memory, "team/acme").length, 1);
    assert.equal(recordSet(hub.memory, "team/acme").length, 1);
  },
);

routerTest("a replica's storages align with the hub's, those of its scopes and no others", async () => {
  using issuer = await Issuer.make();
  const [h, r] = [await issuer.issue("hub"), await issuer.issue("replica", { teams: ["acme"] })];
  await using hub = await startHost({
    tls: h.tls,
    listen: [parseEndpoint("tls/127.0.0.1:0")],
    scopes: SCOPES,
    access: accessFor([r], SCOPES, { replicas: [r.pcId] }),
  });
  for (const label of ["mesh", "user/alice", "team/acme"]) {
    await hub.session.putAcknowledged(`mem/${label}/early`, "before it was there");
  }
  const connect = [parseEndpoint(hub.endpoint)];
  await using replica = await startHost({ tls: r.tls, listen: [], connect, scopes: SCOPES });
  // What came while there was no link comes by alignment alone; then both answer.
  const answers = (label: string) => replica.session.getAll(`mem/${label}/early`, () => {});
  for (const label of ["mesh", "team/acme"]) {
    await until(`${label} is aligned`, async () => await answers(label) === 2, 40_000);
  }
  assert.equal(await answers("user/alice"), 0);
});
