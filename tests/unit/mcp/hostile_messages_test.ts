import assert from "node:assert/strict";
import { MESSAGE_FRAME } from "../../../lib/mcp/message_item.ts";
import { keyChunk } from "../../../lib/core/keyspace.ts";
import { MESH } from "../../../lib/core/scope.ts";
import { acknowledge } from "../../../lib/messaging/acknowledge.ts";
import { beginSession } from "../../../lib/messaging/sessions.ts";
import { hostilePayload, hostileText, leaves, MARK, targets, UNSEEN } from "../../support/hostile.ts";
import { arrive } from "../../support/messaging.ts";
import { testId } from "../../support/observations.ts";
import { seededNumbers } from "../../support/random.ts";
import { connect } from "./client.ts";

const LINE = /^\[\d+ unread messages? from other agents: check_messages shows (it|them)\.\]$/;
const STRUCTURE = ["about", "count", "diagnostics", "messages", "truncated", "unread"];
const ITEM = new Set(
  ("msg_id subject body body_rejected created_at expires_at scope sender recipient delivery_adapters content_type " +
    "requires_ack reply_to correlation_id new acked expired withheld_fields note").split(" "),
);

Deno.test("whatever others send, an agent gets framed data and nothing that is not seen", async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const next = seededNumbers(seed);
    await using server = await connect();
    await server.ok("check_messages");
    const { memory } = server;
    const places = targets(memory.identity.clientId, memory.identity.sessionId);
    for (let n = 0; n < 25; n++) {
      const target = places[n % places.length] ?? places[0];
      arrive(memory, { id: testId(seed * 100 + n), scope: MESH, target, payload: hostilePayload(next) });
    }
    // What any other tool adds is one line of our own.
    const other = await server.ok("get_memory_status");
    assert.ok(!other.text.includes(MARK), `seed ${seed}: ${other.text}`);
    assert.match(other.text.split("\n").at(-1) ?? "", LINE, `seed ${seed}`);
    const ids = new Set<string>();
    for (let left = 60; left > 0; left--) {
      const { text, structure } = await server.ok("check_messages");
      const [line = "", ...rest] = text.split("\n");
      assert.ok(line.startsWith(`{"about": "${MESSAGE_FRAME}", "messages": [`), `seed ${seed}`);
      for (const one of rest) assert.match(one, LINE, `seed ${seed}`);
      assert.ok(!UNSEEN.test(line), `seed ${seed}: ${UNSEEN.exec(line)?.index}`);
      assert.ok(!leaves(structure).some((leaf) => UNSEEN.test(leaf)), `seed ${seed}`);
      const { unread, ...shown } = structure;
      assert.equal(unread !== undefined, rest.length > 0, `seed ${seed}`);
      assert.deepEqual(JSON.parse(line), shown, `seed ${seed}`);
      assert.ok(Object.keys(structure).every((name) => STRUCTURE.includes(name)), `seed ${seed}`);
      assert.ok(new TextEncoder().encode(text).length < 75_000, `seed ${seed}: ${text.length}`);
      assert.ok(!JSON.stringify(structure.diagnostics).includes(MARK), `seed ${seed}`);
      assert.ok(Array.isArray(structure.messages));
      for (const message of structure.messages) {
        assert.ok(
          Object.keys(message).every((name) => ITEM.has(name)),
          `seed ${seed}: ${Object.keys(message)}`,
        );
        for (const name of ["subject", "content_type"]) {
          assert.ok(!String(message[name] ?? "").includes("\n"));
        }
        if (message.body_rejected) await server.ok("ack_message", { msg_id: message.msg_id });
        ids.add(message.msg_id);
      }
      if (!structure.messages.some((message) => message.new)) break;
    }
    assert.ok(ids.size >= 15, `seed ${seed}: only ${ids.size} of 25 were shown`);
  }
});

Deno.test("whatever an agent calls messages with, the answer shows nothing that is not seen", async () => {
  await using server = await connect();
  for (let seed = 1; seed <= 60; seed++) {
    const next = seededNumbers(seed);
    const calls: readonly (readonly [string, Record<string, unknown>])[] = [
      ["send_message", { to: "mesh", body: hostileText(next), subject: hostileText(next) }],
      ["send_message", { to: hostileText(next), body: "x" }],
      ["send_message", { to: `agent:${hostileText(next)}`, body: "x" }],
      ["send_message", { reply_to: hostileText(next), body: "x" }],
      ["ack_message", { msg_id: hostileText(next) }],
      ["check_messages", { since_iso: hostileText(next) }],
      ["list_agents", { msg_id: hostileText(next) }],
    ];
    for (const [name, input] of calls) {
      const { text, structure } = await server.call(name, input);
      assert.ok(!UNSEEN.test(text), `seed ${seed}: ${name} ${JSON.stringify(text)}`);
      assert.ok(!leaves(structure).some((leaf) => UNSEEN.test(leaf)), `seed ${seed}: ${name}`);
    }
  }
  for (const body of ["x".repeat(65_537), "\x1b".repeat(65_537), "日".repeat(21_846)]) {
    const { isError, text } = await server.call("send_message", { to: "mesh", body });
    assert.ok(isError);
    assert.match(text, /^Cannot send: the body has 6553[78] bytes, and 65536 is the most\.[^\n]*$/);
  }
  // A control takes six bytes on the way, and three when it is shown.
  const long = await server.ok("send_message", { to: "mesh", body: "\x1b".repeat(30_000) });
  assert.match(long.text, /^sent: /);
});

Deno.test("whoever is there, and whoever has acknowledged, is named by what is seen alone", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const next = seededNumbers(seed);
    const name = () => keyChunk(hostileText(next));
    await using server = await connect({ held: [1] });
    const { memory } = server;
    const identity = { clientId: name(), sessionId: name(), agentFamily: name() };
    const other = { ...memory, identity: { ...memory.identity, ...identity } };
    beginSession(other, hostileText(next), 1);
    const { structure: { msg_id } } = await server.ok("send_message", { to: "mesh", body: "x" });
    acknowledge(other, String(msg_id));
    for (const input of [{}, { msg_id }]) {
      const { text, structure } = await server.ok("list_agents", input);
      assert.ok(text.includes(MARK), text);
      for (const leaf of [text, ...leaves(structure)]) assert.ok(!UNSEEN.test(leaf), `seed ${seed}: ${text}`);
    }
  }
});
