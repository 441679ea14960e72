import assert from "node:assert/strict";
import { DAY, type Micros, MINUTE, SECOND } from "../../../lib/core/clock.ts";
import { MESH } from "../../../lib/core/scope.ts";
import { acknowledge } from "../../../lib/messaging/acknowledge.ts";
import { acksOf, KEPT_AFTER } from "../../../lib/messaging/acks.ts";
import { formatAck } from "../../../lib/messaging/ack.ts";
import { MESSAGES } from "../../../lib/messaging/exchange.ts";
import { takeExpired } from "../../../lib/messaging/expiry.ts";
import { ackKey, messageKey, type Target } from "../../../lib/messaging/keys.ts";
import { type Message, stubOf } from "../../../lib/messaging/message.ts";
import { findMessage } from "../../../lib/messaging/records.ts";
import { withheldMail } from "../../../lib/messaging/withheld.ts";
import type { RecordDigest } from "../../../lib/store/exchange.ts";
import { listQuarantine } from "../../../lib/store/quarantine.ts";
import { text } from "../../../lib/store/row.ts";
import { openStore } from "../../../lib/store/open.ts";
import { at, TEST_TIME, testClock } from "../../support/clock.ts";
import { type TestContext, testContext } from "../../support/context.ts";
import { tempFolder } from "../../support/folder.ts";
import { goldenMessages } from "../../support/golden.ts";
import { arrive, look, messageOf, send, take, testHost } from "../../support/messaging.ts";
import { testId } from "../../support/observations.ts";
import { seededNumbers, shuffled } from "../../support/random.ts";

const SCOPE = "mesh";

function digestsOf({ store }: TestContext): RecordDigest[] {
  return MESSAGES.digests(store, SCOPE, "").toSorted((one, other) => one.id < other.id ? -1 : 1);
}

function outbox({ store }: TestContext): string[] {
  return store.all(
    "SELECT kind, id FROM outbox ORDER BY row",
    [],
    (row) => `${text(row, "kind")} ${text(row, "id")}`,
  );
}

/** Hands everything that one host has to another, as comparing does. */
function handOver(from: TestContext, to: TestContext): void {
  for (const { kind, id } of digestsOf(from)) {
    const record = MESSAGES.outgoing(from.store, kind === "m" ? "message" : "ack", id, SCOPE);
    assert.ok(record !== undefined);
    to.store.write(() => MESSAGES.ingest(to.store, record, { now: to.clock(), republish: true }));
  }
}

Deno.test("a message and its acknowledgement go out, arrive and are known then", () => {
  using one = testHost({ settings: { mode: "hub" } });
  using two = testHost({ settings: { mode: "spoke" }, seed: 2 });
  const [sender, reader] = [one.session("s1"), two.session("s2")];
  const message = send(sender, "session:s2", "x");
  assert.deepEqual(outbox(one.main), [`message ${message.id}`]);
  handOver(one.main, two.main);
  assert.deepEqual(take(reader), ["x"]);
  acknowledge(reader, message.id);
  const [, ack] = digestsOf(two.main).toSorted((a) => a.kind === "m" ? -1 : 1);
  assert.deepEqual(outbox(two.main), [`ack ${ack?.id}`]);
  handOver(two.main, one.main);
  assert.deepEqual(acksOf(one.main.store, message.id, SCOPE).map(({ session }) => session), ["s2"]);
  assert.deepEqual(digestsOf(one.main), digestsOf(two.main));
  for (const { kind, id } of digestsOf(one.main)) {
    const record = MESSAGES.outgoing(one.main.store, kind === "m" ? "message" : "ack", id, SCOPE);
    assert.ok(record !== undefined && MESSAGES.isKnown(two.main.store, record));
    assert.deepEqual(MESSAGES.nameOf(record.key), { kind, id });
  }
});

Deno.test("golden records arrive byte for byte", () => {
  using host = testHost();
  const { store, clock } = host.main;
  for (const arrival of goldenMessages()) {
    const how = { now: clock(), republish: false };
    assert.equal(store.write(() => MESSAGES.ingest(store, arrival, how)), "added");
    assert.equal(store.write(() => MESSAGES.ingest(store, arrival, how)), "known");
    const name = MESSAGES.nameOf(arrival.key);
    assert.ok(name !== undefined);
    assert.deepEqual(
      MESSAGES.outgoing(store, name.kind === "m" ? "message" : "ack", name.id, SCOPE),
      arrival,
    );
  }
  // It was acknowledged by that session, so it is not new to it.
  assert.deepEqual(take(host.session("20260101T000000Z-0a1b2c3d")), []);
});

Deno.test("what has expired is not delivered, and nothing of its content stays in the database's files", () => {
  using folder = tempFolder();
  const clock = testClock();
  const path = folder.at("kioku.db");
  const store = openStore(path, clock);
  using host = testHost({ store, clock, settings: { mode: "spoke" } });
  const [one, two] = [host.session("s1"), host.session("s2")];
  const needle = "needle-in-the-haystack";
  const long = `${needle} ${"x".repeat(20_000)} ${needle}`;
  const own = send(one, "session:s2", long, { ttl: MINUTE, subject: needle });
  const foreign = messageOf({ id: testId(7), body: long, expiresAt: clock() + MINUTE });
  arrive(two, foreign);
  // Another one under the same id, which is set aside.
  arrive(two, messageOf({ id: testId(7), body: `${long}!`, expiresAt: clock() + MINUTE }));
  assert.equal(take(two).length, 2);
  store.run("DELETE FROM outbox");
  clock.advance(MINUTE);
  assert.deepEqual(look(two).mail, []);
  assert.equal(takeExpired(two), 2);
  assert.equal(takeExpired(two), 0);
  // From here only what was sent here goes out, since this is no hub.
  assert.deepEqual(outbox(two), [`message ${own.id}`]);
  for (const file of [path, `${path}-wal`]) {
    const bytes = new TextDecoder("latin1").decode(Deno.readFileSync(file));
    assert.ok(!bytes.includes(needle), file);
  }
  arrive(two, foreign);
  assert.deepEqual(take(two), []);
});

Deno.test("hosts whose clocks differ have the same, and none takes another's mail from it", () => {
  for (const skew of [-400 * DAY, -SECOND, SECOND, 400 * DAY] as Micros[]) {
    using one = testHost({ settings: { mode: "hub" } });
    using two = testHost({ settings: { mode: "hub" }, clock: testClock(TEST_TIME), seed: 2 });
    two.main.clock.advance(skew);
    const [sender, reader] = [one.session("s1"), one.session("s2")];
    send(sender, "session:s2", "x", { ttl: 30 * DAY });
    for (let round = 0; round < 3; round++) {
      handOver(one.main, two.main);
      takeExpired(two.main);
      handOver(two.main, one.main);
      takeExpired(one.main);
      assert.deepEqual(digestsOf(one.main), digestsOf(two.main), `skew ${skew}`);
    }
    assert.deepEqual(take(reader), ["x"], `skew ${skew}`);
  }
});

Deno.test("what arrives expired leaves a stub alone, which goes to the mesh in its place", () => {
  using host = testHost({ settings: { mode: "hub" } });
  const me = host.session("me");
  const message = messageOf({ id: testId(1), expiresAt: host.main.clock() - 1 });
  assert.equal(arrive(me, message, { republish: true }), "deleted");
  assert.deepEqual(outbox(me), [`message ${message.id}`]);
  const key = messageKey(MESH, message.target, message.id);
  assert.deepEqual(MESSAGES.outgoing(me.store, "message", message.id, SCOPE), {
    key,
    payload: stubOf(message).payload,
  });
  me.store.run("DELETE FROM outbox");
  assert.equal(arrive(me, message), "known");
  assert.deepEqual(outbox(me), []);
  // A storage still has it.
  assert.equal(arrive(me, message, { republish: true }), "known");
  assert.deepEqual(outbox(me), [`message ${message.id}`]);
  assert.deepEqual(take(me), []);
});

Deno.test("an id that was used is never used again, whichever comes first", () => {
  const now = at(TEST_TIME);
  const old = messageOf({ id: testId(1), createdAt: now - 2 * DAY, expiresAt: now - DAY, body: "old" });
  const reused = messageOf({ id: testId(1), createdAt: now, expiresAt: now + DAY, body: "new" });
  for (const order of [[old, reused], [reused, old], [stubOf(old), reused], [reused, stubOf(old)]]) {
    using host = testHost();
    const me = host.session("me");
    for (const message of order) arrive(me, message);
    assert.deepEqual(take(me), []);
    assert.equal(findMessage(me.store, MESH, testId(1))?.message.payload, stubOf(old).payload);
  }
  using host = testHost();
  const me = host.session("me");
  me.store.run("INSERT INTO retired_message VALUES (?)", testId(1));
  assert.equal(arrive(me, reused), "conflict");
  assert.deepEqual(take(me), []);
  assert.deepEqual(withheldMail(me), [{
    id: testId(1),
    code: "protocol_violation",
    reason: "its id was used before",
  }]);
});

Deno.test("a stub from a host whose clock is ahead takes nothing away, before the message or after it", () => {
  const message = messageOf({ id: testId(1), expiresAt: at(TEST_TIME) + DAY });
  for (const order of [[message, stubOf(message)], [stubOf(message), message]]) {
    using host = testHost();
    const me = host.session("me");
    for (const one of order) arrive(me, one);
    assert.deepEqual(take(me), ["hello"]);
  }
  // Nor does one that says that the time has come when it has not; when it has, it is taken at once.
  using host = testHost();
  const me = host.session("me");
  arrive(me, message);
  const stub = stubOf(message);
  const forged = stub.payload.replaceAll(/"2026-03-02T/g, '"2026-03-01T').replace(
    '"2026-03-01T12',
    '"2026-03-01T11',
  );
  assert.notEqual(forged, stub.payload);
  assert.equal(arrive(me, { ...stub, payload: forged }), "conflict");
  assert.deepEqual(take(me), ["hello"]);
  host.main.clock.advance(DAY);
  assert.equal(arrive(me, stub), "deleted");
  assert.equal(takeExpired(me), 0);
});

Deno.test("messages that share an id come to the same, in any order, and are never delivered twice", () => {
  const targets: Target[] = [{ kind: "all" }, { kind: "agent", id: "me" }, { kind: "session", id: "me" }];
  for (let seed = 1; seed <= 60; seed++) {
    const next = seededNumbers(seed);
    const now = at(TEST_TIME);
    const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(next() * items.length)];
    const messages: Message[] = Array.from({ length: 8 }, (_, n) =>
      messageOf({
        id: testId(Math.floor(next() * 3)),
        target: pick(targets) ?? { kind: "all" },
        body: `body ${n}`,
        createdAt: now - DAY,
        expiresAt: now + (next() < 0.25 ? -1 : 1) * MINUTE,
      }));
    const all = [...messages, ...messages.filter(() => next() < 0.3).map(stubOf)];
    const results = [0, 1, 2, 3].map(() => {
      using host = testHost();
      const me = host.session("me");
      const seen: string[] = [];
      for (const message of shuffled([...all, ...all.filter(() => next() < 0.4)], next)) {
        arrive(me, message);
        if (next() < 0.5) {
          seen.push(
            ...look(me).mail.filter(({ state }) => state === "new").map(({ stored }) => stored.message.id),
          );
          take(me);
        }
      }
      seen.push(
        ...look(me).mail.filter(({ state }) => state === "new").map(({ stored }) => stored.message.id),
      );
      // One that came again for somebody else is new to that one.
      assert.ok(seen.length <= 3 * targets.length, `seed ${seed}: ${seen}`);
      return me.store.all("SELECT id, target, payload FROM message ORDER BY id", [], (row) => ({ ...row }));
    });
    for (const result of results) assert.deepEqual(result, results[0], `seed ${seed}`);
  }
});

Deno.test("what cannot be taken is set aside without its text, and the reader is told", () => {
  using host = testHost();
  const me = host.session("me");
  const needle = "needle";
  const key = { id: testId(1), scope: MESH, target: { kind: "agent", id: "me" } } as const;
  const tooLong = JSON.stringify({ sender_id: "b", payload: {}, body: needle.repeat(20_000) });
  assert.equal(arrive(me, { ...key, payload: tooLong }), "quarantined");
  assert.equal(arrive(me, { ...key, id: testId(2), payload: needle }), "quarantined");
  const [withheld] = withheldMail(me);
  assert.match(withheld?.reason ?? "", /^its body has 120000 bytes, more than 65536$/);
  assert.equal(withheldMail(me).length, 2);
  assert.deepEqual(withheldMail(host.session("you")), []);
  assert.ok(!JSON.stringify([listQuarantine(me.store, 10), withheldMail(me)]).includes(needle));
  const { store, clock } = me;
  const how = { now: clock(), republish: true };
  const ack = { key: ackKey(MESH, testId(1), "s"), payload: `{"msg_id": "${testId(2)}"}` };
  assert.equal(store.write(() => MESSAGES.ingest(store, ack, how)), "quarantined");
  assert.equal(
    store.write(() => MESSAGES.ingest(store, { key: "msg/mesh/x/y", payload: "{}" }, how)),
    "quarantined",
  );
  assert.equal(MESSAGES.ingestDelete(store, messageKey(MESH, key.target, key.id), how), false);
});

Deno.test("of two payloads of one acknowledgement all hosts keep the same", () => {
  const now = at(TEST_TIME);
  const payloads = [formatAck(testId(1), "s", "a", now), formatAck(testId(1), "s", "a", now + 1), "{}"];
  const kept = shuffledOrders(payloads).map((order) => {
    using context = testContext();
    const { store, clock } = context;
    for (const payload of order) {
      const arrival = { key: ackKey(MESH, testId(1), "s"), payload };
      store.write(() => MESSAGES.ingest(store, arrival, { now: clock(), republish: false }));
    }
    return digestsOf(context);
  });
  for (const one of kept) assert.deepEqual(one, kept[0]);
});

Deno.test("acknowledgements are kept a while longer than their message, then hidden, then dropped", () => {
  using host = testHost();
  const [one, two] = [host.session("s1"), host.session("s2")];
  const { store, clock } = host.main;
  const message = send(one, "session:s2", "x", { ttl: DAY });
  acknowledge(two, message.id);
  const [ack] = digestsOf(host.main).filter(({ kind }) => kind === "a");
  const record = MESSAGES.outgoing(store, "ack", ack?.id ?? "", SCOPE);
  assert.ok(record !== undefined);
  const kinds = () => {
    takeExpired(host.main);
    return digestsOf(host.main).map(({ kind }) => kind).toSorted().join("");
  };
  clock.advance(DAY);
  assert.equal(kinds(), "am");
  clock.advance(KEPT_AFTER);
  assert.equal(kinds(), "m");
  assert.equal(acksOf(store, message.id, SCOPE).length, 1);
  clock.advance(31 * DAY);
  assert.equal(kinds(), "m");
  assert.equal(acksOf(store, message.id, SCOPE).length, 0);
  // A host that still has it does not bring it back.
  store.write(() => MESSAGES.ingest(store, record, { now: clock(), republish: true }));
  assert.equal(acksOf(store, message.id, SCOPE).length, 0);
  assert.equal(kinds(), "m");
});

function shuffledOrders<T>(items: readonly T[]): T[][] {
  const next = seededNumbers(3);
  return Array.from({ length: 10 }, () => shuffled(items, next));
}
