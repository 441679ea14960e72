import assert from "node:assert/strict";
import { MESH, type Scope, scopeLabel } from "../../../lib/core/scope.ts";
import { LONGEST_BODY, LONGEST_ENVELOPE, LONGEST_NAME } from "../../../lib/messaging/limits.ts";
import {
  ackKey,
  messageKey,
  parseMessageKey,
  presenceKey,
  type Target,
  targetText,
} from "../../../lib/messaging/keys.ts";
import {
  formatMessage,
  isMalformed,
  type Malformed,
  type Message,
  parseMessage,
  stubOf,
} from "../../../lib/messaging/message.ts";
import { formatAck, parseAck } from "../../../lib/messaging/ack.ts";
import { readTarget } from "../../../lib/messaging/records.ts";
import { fuzzedPayload } from "../../support/fuzz.ts";
import { goldenMessages } from "../../support/golden.ts";
import { messageOf, readMessage } from "../../support/messaging.ts";
import { testId } from "../../support/observations.ts";
import { seededNumbers } from "../../support/random.ts";
import { at } from "../../support/clock.ts";

const SCOPES: readonly Scope[] = [MESH, { tier: "user", id: "alice" }, { tier: "team", id: "a.b-c" }];
const TARGETS: readonly Target[] = [
  { kind: "all" },
  { kind: "agent", id: "alice@mbp" },
  { kind: "session", id: "20260101T000000Z-0a1b2c3d" },
];

function reasonOf(read: Message | Malformed): string {
  return isMalformed(read) ? read.reason : "none";
}

/** Reads a payload made of these members under the key of the first message. */
function read(members: Record<string, unknown>, target: Target = { kind: "all" }): Message | Malformed {
  const usual = { msg_id: testId(1), sender_id: "bob", scope: "mesh", payload: {}, body: "b" };
  return parseMessage(JSON.stringify({ ...usual, ...members }), { id: testId(1), scope: MESH, target });
}

Deno.test("every key reads back as what it was made of", () => {
  for (const scope of SCOPES) {
    for (const target of TARGETS) {
      const key = messageKey(scope, target, testId(1));
      assert.deepEqual(parseMessageKey(key), { kind: "message", scope, target, id: testId(1) });
      assert.deepEqual(readTarget(targetText(target)), target);
    }
    const ack = parseMessageKey(ackKey(scope, testId(1), "s-1"));
    assert.deepEqual(ack, { kind: "ack", scope, message: testId(1), session: "s-1" });
    const presence = parseMessageKey(presenceKey(scope, "alice@mbp", "s-1"));
    assert.deepEqual(presence, { kind: "presence", scope, agent: "alice@mbp", session: "s-1" });
  }
});

Deno.test("what is no key of ours is none", () => {
  const id = testId(1);
  for (
    const key of [
      `mem/mesh/${id}`,
      `msg/${id}`,
      "msg/mesh",
      "msg/mesh/sync",
      `msg/mesh/${id.toUpperCase()}`,
      `msg/mesh/${id}/${id}`,
      `msg/user/${id}`,
      `msg/user/a b/${id}`,
      `msg/mesh/inbox/session/${id}`,
      `msg/mesh/inbox/session//${id}`,
      `msg/mesh/inbox/host/x/${id}`,
      `msg/mesh/inbox/session/*/${id}`,
      `msg/mesh/inbox/session/@x/${id}`,
      `msg/mesh/inbox/agent/x/sync`,
      `msg/mesh/ack/${id}/`,
      `msg/mesh/ack/x/s`,
      `msg/mesh/ack/${id}/s/t`,
      `msg/mesh/presence/a`,
    ]
  ) {
    assert.equal(parseMessageKey(key), undefined, key);
  }
});

Deno.test("the golden message is read, and its stub says who, to whom and when alone", () => {
  const [{ key, payload } = { key: "", payload: "" }, ack] = goldenMessages();
  const parsed = parseMessageKey(key);
  assert.ok(parsed?.kind === "message");
  const message = readMessage(payload, parsed);
  assert.equal(message.body, "hello");
  assert.equal(message.sender.agent, "bob");
  assert.equal(message.sender.session, "sb");
  assert.equal(message.expiresAt, at("2099-01-01T00:00:00Z"));
  assert.equal(message.payload, payload);
  const stub = stubOf(message);
  assert.deepEqual(readMessage(stub.payload, parsed), stub);
  assert.ok(!stub.payload.includes("hello"));
  assert.equal(stub.hash, message.hash);
  assert.deepEqual(stubOf(message), stub);

  const acknowledged = parseMessageKey(ack?.key ?? "");
  assert.ok(acknowledged?.kind === "ack");
  const { message: id, session } = acknowledged;
  assert.equal(reasonOf({ ...message, ...parseAck(ack?.payload ?? "", id, session) }), "none");
  assert.deepEqual(
    JSON.parse(formatAck(id, session, "a", 0)),
    { ...JSON.parse(ack?.payload ?? ""), agent_id: "a", acked_at: "1970-01-01T00:00:00.000000Z" },
  );
});

Deno.test("a message is written as Python's version writes it, with what only ours knows after that", () => {
  const [{ payload } = { payload: "" }] = goldenMessages();
  const message = messageOf({
    id: "1".repeat(32),
    target: { kind: "session", id: "20260101T000000Z-0a1b2c3d" },
    sender: { agent: "bob", session: "sb", family: "codex" },
    createdAt: at("2026-01-01T00:00:00Z"),
    expiresAt: at("2099-01-01T00:00:00Z"),
  });
  const ours = message.payload
    .replace(', "agent_family": "codex", "pc_id": "' + "f".repeat(32) + '"', "")
    .replace(', "subject": ""}', "}");
  assert.equal(ours, payload);
});

Deno.test("times with an offset are converted, and those that are none are refused", () => {
  const message = read({ created_at: "2026-01-01T09:00:00+09:00", expires_at: "2026-01-02T00:00:00" });
  assert.ok(!isMalformed(message));
  assert.equal(message.createdAt, at("2026-01-01T00:00:00Z"));
  assert.equal(message.expiresAt, at("2026-01-02T00:00:00Z"));
  const short = read({ created_at: "2026-01-01T00:00:00Z", ttl_sec: 60 });
  assert.ok(!isMalformed(short));
  assert.equal(short.expiresAt, at("2026-01-01T00:01:00Z"));
  assert.match(reasonOf(read({ created_at: "soon" })), /created_at is no time/);
  assert.match(reasonOf(read({ expires_at: "2026-02-30" })), /expires_at or ttl_sec is no time/);
  assert.match(reasonOf(read({ ttl_sec: "60" })), /expires_at or ttl_sec is no time/);
});

Deno.test("a body that is an object is its text as it stands; an empty one gives way to the payload", () => {
  const key = { id: testId(1), scope: MESH, target: { kind: "all" } } as const;
  const text = '{"sender_id": "bob", "body": {"a":  200000.0, "b": "\\u00e9"}, "payload": {}}';
  assert.equal(readMessage(text, key).body, '{"a":  200000.0, "b": "\\u00e9"}');
  const empty = '{"sender_id": "bob", "body": {}, "payload": {"text": "old"}}';
  assert.equal(readMessage(empty, key).body, '{"text": "old"}');
});

Deno.test("what a payload says otherwise than its key is refused, what it does not say is the key's", () => {
  const mine: Target = { kind: "agent", id: "alice@mbp" };
  assert.match(reasonOf(read({ msg_id: testId(2) })), /msg_id/);
  assert.match(reasonOf(read({ scope: "team/acme" })), /scope/);
  assert.match(reasonOf(read({ recipient: { kind: "session", session_id: "s" } }, mine)), /recipient/);
  assert.match(reasonOf(read({ recipient: { kind: "agent", agent_id: "bob" } }, mine)), /recipient/);
  assert.equal(reasonOf(read({ recipient: { kind: "agent", agent_id: "alice@mbp" } }, mine)), "none");
  assert.equal(reasonOf(read({ msg_id: "", scope: "", recipient: {} }, mine)), "none");
  assert.match(reasonOf(read({ sender_id: "" })), /no sender_id/);
});

Deno.test("limits are inclusive, and a reason repeats nothing of the text", () => {
  const secret = "s3cr3t";
  const filled = (length: number) => secret + "x".repeat(length - secret.length);
  assert.equal(reasonOf(read({ body: filled(LONGEST_BODY) })), "none");
  const cases = [
    read({ body: filled(LONGEST_BODY + 1) }),
    read({ body: { text: filled(LONGEST_BODY) } }),
    read({ body: "b", more: filled(LONGEST_ENVELOPE) }),
    read({ sender_id: filled(LONGEST_NAME + 1) }),
    read({ correlation_id: filled(LONGEST_NAME + 1) }),
    read({ sender: { session_id: filled(LONGEST_NAME + 1) } }),
  ];
  for (const one of cases) {
    assert.match(reasonOf(one), /\d+ bytes, more than \d+/);
    assert.ok(!reasonOf(one).includes(secret));
  }
  // Bytes, not characters.
  assert.match(reasonOf(read({ body: "設".repeat(LONGEST_BODY / 3 + 1) })), /bytes/);
});

Deno.test("whatever comes is read or refused with a reason, never thrown", () => {
  const seed = 20_260_301;
  const next = seededNumbers(seed);
  const key = { id: testId(1), scope: MESH, target: { kind: "all" } } as const;
  let readable = 0;
  for (let n = 0; n < 5_000; n++) {
    const payload = fuzzedPayload(next)
      .replaceAll('"observation_id"', '"msg_id"').replaceAll('"content"', '"sender_id"')
      .replaceAll('"summary"', '"body"').replaceAll('"tags"', '"recipient"').replaceAll(
        '"project"',
        '"sender_seq"',
      );
    const message = parseMessage(payload, key);
    if (isMalformed(message)) continue;
    readable++;
    assert.equal(message.payload, payload, `seed ${seed}, number ${n}`);
    assert.deepEqual(
      readMessage(stubOf(message).payload, key).hash,
      message.hash,
      `seed ${seed}, number ${n}`,
    );
  }
  assert.ok(readable > 100, `${readable} were readable`);
  for (
    const deep of [
      "[".repeat(90_000),
      '{"sender_id":"b","body":' + "[".repeat(60_000) + "]".repeat(60_000) + "}",
    ]
  ) {
    assert.ok("payload" in parseMessage(deep, key) || reasonOf(parseMessage(deep, key)) !== "none");
  }
});

Deno.test("a draft and what is read of it are the same", () => {
  for (const scope of SCOPES) {
    for (const target of TARGETS) {
      const message = messageOf({
        id: testId(3),
        scope,
        target,
        body: "a\nb\u2028",
        subject: "s",
        sequence: 7,
      });
      const again = readMessage(formatMessage({ ...message, pcId: "f".repeat(32) }), message);
      assert.deepEqual(again, message, scopeLabel(scope));
    }
  }
});
