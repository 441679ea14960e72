import assert from "node:assert/strict";
import { DAY, MINUTE, SECOND } from "../../../lib/core/clock.ts";
import { acknowledge } from "../../../lib/messaging/acknowledge.ts";
import { acksOf } from "../../../lib/messaging/acks.ts";
import { conversation, findOwn, messageId } from "../../../lib/messaging/find.ts";
import { countUnread, MOST_COUNTED } from "../../../lib/messaging/mail.ts";
import { unreadLine } from "../../../lib/messaging/unread.ts";
import { number } from "../../../lib/store/row.ts";
import { arrive, look, messageOf, send, take, testHost } from "../../support/messaging.ts";
import { testId } from "../../support/observations.ts";
import { seededNumbers, shuffled } from "../../support/random.ts";

Deno.test("a message to a session, an agent, a team, a user or all reaches those, and nobody else", () => {
  const settings = { userId: "alice", teamId: "acme" };
  using host = testHost({ settings });
  const [one, two, other] = [host.session("s1", "a"), host.session("s2", "a"), host.session("s3", "b")];
  for (const to of ["session:s1", "agent:a", "agent:b", "user:alice", "team:acme", "mesh"]) {
    send(other, to, to);
  }
  assert.deepEqual(take(one), ["session:s1", "agent:a", "user:alice", "team:acme", "mesh"]);
  assert.deepEqual(take(two), ["agent:a", "user:alice", "team:acme", "mesh"]);
  // Not what it sent to many, itself among them, but what it sent to itself alone.
  assert.deepEqual(take(other), []);
  send(other, "session:s3", "to me");
  assert.deepEqual(take(other), ["to me"]);
});

Deno.test("wrong addresses are refused with what may be given", () => {
  using host = testHost({ settings: { userId: "alice" } });
  const session = host.session("s");
  for (
    const to of [
      "",
      "bob",
      "agent:",
      "agent:a/b",
      "agent:*",
      "session:@x",
      "team:acme",
      "user:bob",
      "user:a b",
    ]
  ) {
    assert.throws(() => send(session, to, "x"), /^UsageError: Cannot send to/, to);
  }
  assert.throws(() => send(session, "mesh", " \n"), /empty/);
  assert.throws(() => send(session, "mesh", "x".repeat(65_537)), /65537 bytes, and 65536 is the most/);
  assert.throws(() => send(session, "mesh", "x", { subject: "x".repeat(4_097) }), /subject has 4097 bytes/);
  assert.throws(() => send(session, "mesh", "x", { id: "abc" }), /32 hexadecimal digits/);
  assert.throws(() => send(session, "mesh", "x", { replyTo: testId(1) }), /no such message/);
  // A body within its limit that is over the whole's once written out.
  assert.throws(
    () => send(session, "mesh", "\u0001".repeat(60_000)),
    /written out, the message has \d+ bytes/,
  );
  assert.equal(host.main.store.get("SELECT count(*) AS n FROM message", [], (row) => number(row, "n")), 0);
  send(session, "mesh", "x".repeat(65_536));
});

Deno.test("what was shown is not new again; what was not acknowledged is shown after what is new", () => {
  using host = testHost();
  const [one, two] = [host.session("s1"), host.session("s2")];
  const first = send(two, "session:s1", "first");
  assert.equal(unreadLine(one), "1 unread message from other agents: check_messages shows it.");
  assert.deepEqual(take(one), ["first"]);
  assert.equal(unreadLine(one), undefined);
  send(two, "session:s1", "second");
  assert.deepEqual(
    look(one).mail.map(({ stored, state }) => [stored.message.body, state]),
    [["second", "new"], ["first", "shown"]],
  );
  acknowledge(one, first.id);
  assert.deepEqual(take(one), ["second"]);
  assert.deepEqual(look(one).mail.map(({ stored }) => stored.message.body), ["second"]);
  assert.deepEqual(
    acksOf(host.main.store, first.id, "mesh").map(({ session, agent }) => [session, agent]),
    [["s1", "s1"]],
  );
});

Deno.test("sessions of one agent acknowledge for themselves; one that begins later gets what none of them has", () => {
  using host = testHost();
  const [sender, one, two] = [host.session("s0", "b"), host.session("s1", "a"), host.session("s2", "a")];
  const done = send(sender, "agent:a", "done by the first");
  const open = send(sender, "agent:a", "still open");
  take(one);
  acknowledge(one, done.id);
  assert.deepEqual(take(two), ["done by the first", "still open"]);
  const late = host.session("s3", "a");
  assert.deepEqual(take(late), ["still open"]);
  send(sender, "agent:a", "for all three");
  for (const session of [one, two, late]) {
    assert.deepEqual(take(session), ["for all three"]);
    assert.equal(acknowledge(session, open.id).again, false);
    assert.equal(acknowledge(session, open.id).again, true);
  }
});

Deno.test("only what is here, for the session and not expired can be acknowledged", () => {
  using host = testHost();
  const [one, two] = [host.session("s1"), host.session("s2")];
  const mine = send(two, "session:s1", "x", { ttl: MINUTE });
  assert.throws(() => acknowledge(two, mine.id), /no such message is here for this session/);
  assert.throws(() => acknowledge(one, testId(9)), /no such message/);
  assert.throws(() => acknowledge(one, "abc"), /^UsageError/);
  host.main.clock.advance(MINUTE);
  assert.throws(() => acknowledge(one, mine.id), /it has expired/);
});

Deno.test("the same message under the same id is sent once, another under it is refused", () => {
  using host = testHost();
  const [one, two] = [host.session("s1"), host.session("s2")];
  const id = testId(5);
  const sent = send(one, "session:s2", "x", { id, ttl: DAY, subject: "s" });
  host.main.clock.advance(MINUTE);
  assert.deepEqual(send(one, "session:s2", "x", { id, ttl: DAY, subject: "s" }), sent);
  for (
    const [to, body, more] of [
      ["session:s2", "y", { ttl: DAY, subject: "s" }],
      ["session:s3", "x", { ttl: DAY, subject: "s" }],
      ["session:s2", "x", { ttl: 2 * DAY, subject: "s" }],
      ["session:s2", "x", { ttl: DAY, subject: "" }],
    ] as const
  ) {
    assert.throws(() => send(one, to, body, { id, ...more }), /belongs to another message/);
  }
  assert.throws(
    () => send(two, "session:s2", "x", { id, ttl: DAY, subject: "s" }),
    /belongs to another message/,
  );
  assert.deepEqual(take(two), ["x"]);
  host.main.clock.advance(DAY);
  assert.throws(() => send(one, "session:s2", "x", { id, ttl: DAY, subject: "s" }), /has expired/);
  assert.deepEqual(take(two), []);
});

Deno.test("an answer goes back to who asked, and belongs to the conversation", () => {
  using host = testHost({ settings: { userId: "alice" } });
  const [one, two, three] = [host.session("s1"), host.session("s2"), host.session("s3")];
  const question = send(one, "session:s2", "question", { visibility: "user" });
  const answer = send(two, "ignored", "answer", { to: undefined, replyTo: question.id });
  assert.deepEqual(answer.target, { kind: "session", id: "s1" });
  assert.deepEqual(answer.scope, question.scope);
  assert.equal(answer.correlation, question.id);
  const thanks = send(one, "ignored", "thanks", { to: undefined, replyTo: answer.id });
  assert.equal(thanks.correlation, question.id);
  for (const session of [one, two]) {
    const talk = conversation(session, findOwn(session, messageId(session, answer.id.slice(0, 8))));
    assert.deepEqual(talk.map(({ message }) => message.body), ["question", "answer", "thanks"]);
  }
  assert.throws(() => findOwn(three, answer.id), /neither from you nor for you/);
});

Deno.test("messages of one sender come in the order in which they were sent, whatever the order of their arrival", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const next = seededNumbers(seed);
    using host = testHost();
    const me = host.session("me");
    // Two senders whose clocks are minutes apart.
    const sent = [0, 1].flatMap((sender) =>
      Array.from({ length: 12 }, (_, n) =>
        messageOf({
          id: testId(100 * sender + n),
          target: { kind: "session", id: "me" },
          sender: { agent: `a${sender}`, session: `s${sender}`, family: "" },
          sequence: n + 1,
          createdAt: host.main.clock() + sender * 5 * MINUTE + n * 1_000,
          body: `${sender} ${n}`,
        }))
    );
    const seen: string[] = [];
    for (const message of shuffled(sent, next)) {
      arrive(me, message);
      if (next() < 0.4) seen.push(...take(me));
      if (next() < 0.3) host.main.clock.advance(SECOND / 20);
    }
    seen.push(...take(me));
    for (const sender of ["0", "1"]) {
      const expected = Array.from({ length: 12 }, (_, n) => `${sender} ${n}`);
      assert.deepEqual(seen.filter((body) => body.startsWith(`${sender} `)), expected, `seed ${seed}`);
    }
    assert.equal(seen.length, sent.length, `seed ${seed}`);
  }
});

Deno.test("a gap holds back what follows for a second at the most, and nobody else", () => {
  using host = testHost();
  const me = host.session("me");
  const from = (session: string, sequence: number) =>
    messageOf({
      id: testId(sequence + (session === "s1" ? 0 : 50)),
      target: { kind: "agent", id: "me" },
      sender: { agent: "a", session, family: "" },
      sequence,
      body: `${session} ${sequence}`,
    });
  for (const sequence of [1, 3, 4]) arrive(me, from("s1", sequence));
  arrive(me, from("s2", 1));
  assert.deepEqual(take(me).toSorted(), ["s1 1", "s2 1"]);
  assert.equal(look(me).held, 2);
  host.main.clock.advance(SECOND);
  assert.deepEqual(take(me), ["s1 3", "s1 4"]);
  arrive(me, from("s1", 2));
  assert.deepEqual(take(me), ["s1 2"]);
});

Deno.test("counting what is new touches only what came since, and stops at a hundred", () => {
  using host = testHost();
  const [me, other] = [host.session("me"), host.session("other")];
  for (let n = 0; n < MOST_COUNTED + 50; n++) send(other, "mesh", `message ${n}`);
  assert.equal(countUnread(me), MOST_COUNTED);
  assert.match(unreadLine(me) ?? "", /^100 or more unread messages/);
  assert.equal(take(me, 100).length, 100);
  assert.equal(countUnread(me), 50);
  assert.deepEqual(take(me), Array.from({ length: 50 }, (_, n) => `message ${n + 100}`));
  assert.equal(countUnread(me), 0);
  const { gone, last } = host.main.store.get(
    "SELECT gone_through AS gone, (SELECT max(row) FROM message) AS last FROM session WHERE session = 'me'",
    [],
    (row) => ({ gone: number(row, "gone"), last: number(row, "last") }),
  ) ?? { gone: 0, last: -1 };
  assert.equal(gone, last);
});

Deno.test("a session that reads more scopes than before gets what was in them", () => {
  using host = testHost({ settings: { teamId: "acme" } });
  send(host.session("other"), "team:acme", "for the team");
  // Closed by the other.
  const alone = testHost({ store: host.main.store });
  const before = alone.session("me");
  assert.deepEqual(take(before), []);
  send(host.session("other"), "mesh", "for all");
  assert.deepEqual(take(before), ["for all"]);
  assert.deepEqual(take(host.session("me")), ["for the team"]);
});
