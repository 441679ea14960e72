import assert from "node:assert/strict";
import { join } from "node:path";
import { startAgent } from "../mesh/support/agent.ts";
import { meshHome, setUp, start } from "../mesh/support/command.ts";
import { routerTest, until } from "../mesh/support/host.ts";
import { testId } from "../support/observations.ts";
import { livePayloads, PythonHost } from "./python_host.ts";

const TEAM = { KIOKU_MESH_TEAM_ID: "acme" };
const PY = { ...TEAM, KIOKU_MESH_CLIENT_ID: "py@box", KIOKU_MESH_SESSION_ID: "session-py" };

/** Needs every kind of care: characters outside ASCII and the BMP, quotes, what JSON escapes and what it does not. */
const HARD = 'pelican 日本語 😀 "quoted" \\ back\nline\ttab\u2028';

// Arguments: scope, recipient's kind and id, body; prints the message's id and what was put.
const PUT = `import json, sys
from kioku_mesh.core.transport import get_session
from kioku_mesh.messaging.models import Message
from kioku_mesh.messaging.spool import MessageSpool
from kioku_mesh.messaging.zenoh_bridge import ZenohBridge
scope, kind, id, body = sys.argv[1:5]
message = Message(sender_id="py@box", scope=scope, payload={}, body=body,
    sender={"agent_id": "py@box", "session_id": "session-py"}, recipient={"kind": kind, f"{kind}_id": id})
ZenohBridge(get_session(), MessageSpool()).put_message(message, scope)
print(json.dumps({"id": message.msg_id, "payload": message.to_json()}))
`;

// Prints what check_messages of Python's MCP server gives, and acknowledges all of it when told so.
const CHECK = `import json, sys
from kioku_mesh import mcp_server
plain = lambda tool: getattr(tool, "fn", tool)
found = json.loads(plain(mcp_server.check_messages)())
if sys.argv[1] == "ack":
    found["acked"] = [plain(mcp_server.ack_message)(one["msg_id"]) for one in found["messages"]]
print(json.dumps(found))
`;

const BEAT = `from kioku_mesh.messaging.presence import PresenceManager
PresenceManager()._publish_once()
print("null")
`;

const PEERS = `import json, sys
from kioku_mesh.messaging.presence import PresenceManager
print(json.dumps([one.session_id for one in PresenceManager().list_active_peers(sys.argv[1])]))
`;

routerTest(
  "a message of Python's library is read here byte for byte, ours there, and acknowledgements go both ways",
  async () => {
    using hub = meshHome(TEAM);
    using spoke = meshHome(TEAM);
    const endpoint = await setUp(hub, spoke);
    for (const home of [hub, spoke]) await home.ok(["scope", "add", "team/acme"]);
    await using hubPeer = start(hub, ["peer"]);
    await hubPeer.line(/router up/);
    await using spokePeer = start(spoke, ["peer"]);
    await spokePeer.line(/caught up/);
    await using agent = await startAgent(spoke, "ours@mbp");
    using host = new PythonHost(endpoint, PY);

    for (
      const [scope, kind, id] of [["mesh", "session", agent.session], [
        "team/acme",
        "agent",
        "ours@mbp",
      ]] as const
    ) {
      const put = Object(await host.script(PUT, scope, kind, id, HARD));
      const [got] = await agent.await();
      assert.deepEqual(got, { id: put.id, body: HARD.replace("\u2028", "\\u2028"), isNew: true });
      const exact = JSON.parse(
        await spoke.ok(["message", "read", put.id, "--json"], {
          env: { KIOKU_MESH_CLIENT_ID: "ours@mbp", KIOKU_MESH_SESSION_ID: agent.session },
        }),
      );
      assert.equal(exact.body, HARD);
      assert.equal(exact.sender.agent_id, "py@box");
      await agent.ack(put.id);
    }

    const direct = await agent.send("session:session-py", HARD, { subject: "to a session" });
    const shared = await agent.send("agent:py@box", "in the team", { visibility: "team", ttl_sec: 3600 });
    let found = Object();
    await until("Python gets both", async () => {
      found = Object(await host.script(CHECK, "look"));
      return found.count === 2;
    }, 20_000);
    const [first, second] = found.messages;
    assert.deepEqual([first.msg_id, first.body, first.subject], [direct, HARD, "to a session"]);
    assert.deepEqual([second.msg_id, second.body, second.scope], [shared, "in the team", "team/acme"]);
    assert.deepEqual(first.sender, { agent_id: "ours@mbp", session_id: agent.session });
    assert.deepEqual(found.diagnostics, []);
    await host.script(CHECK, "ack");
    await until("we see its acknowledgements", async () => {
      const outcomes = await Promise.all(
        [direct, shared].map(async (id) => (await agent.call("list_agents", { msg_id: id })).outcome),
      );
      return outcomes.every((outcome) => outcome === "acknowledged");
    }, 20_000);
  },
);

routerTest("heartbeats of Python's are seen here, and ours there while one of them is in reach", async () => {
  using hub = meshHome(TEAM);
  using spoke = meshHome(TEAM);
  const endpoint = await setUp(hub, spoke);
  for (const home of [hub, spoke]) await home.ok(["scope", "add", "team/acme"]);
  await using hubPeer = start(hub, ["peer"]);
  await hubPeer.line(/router up/);
  await using spokePeer = start(spoke, ["peer"]);
  await spokePeer.line(/caught up/);
  await using agent = await startAgent(hub, "ours@mbp");
  using host = new PythonHost(endpoint, PY);
  await host.script(BEAT);
  const sessions = async () => {
    const { agents } = await agent.call("list_agents");
    assert.ok(Array.isArray(agents));
    return agents.map((one) => one.session_id);
  };
  await until("we see Python's session", async () => (await sessions()).includes("session-py"));
  await until("Python sees ours", async () => {
    const there = await host.script(PEERS, "team/acme");
    return Array.isArray(there) && there.includes(agent.session);
  }, 30_000);
});

// Arguments: pairs of key and payload to put, a selector; prints what the storages answer with then, the bytes as they came.
const RAW = `import json, sys
from kioku_mesh.core.transport import get_session
session = get_session()
for key, payload in json.loads(sys.argv[1]):
    session.put(key, payload.encode())
print(json.dumps(sorted([str(r.ok.key_expr), bytes(r.ok.payload).decode()] for r in session.get(sys.argv[2], timeout=5.0) if r.ok)))
`;

routerTest("what only another library knows of a message is kept byte for byte, on every host", async () => {
  using hub = meshHome();
  using spoke = meshHome();
  const endpoint = await setUp(hub, spoke);
  await using hubPeer = start(hub, ["peer"]);
  await hubPeer.line(/router up/);
  await using spokePeer = start(spoke, ["peer"]);
  await spokePeer.line(/caught up/);
  await using agent = await startAgent(spoke, "ours@mbp");
  using host = new PythonHost(endpoint, PY);
  const [old, object] = [testId(1), testId(2)];
  const fields = `"msg_id": "${old}", "sender_id": "new@box", "scope": "mesh"`;
  const given: readonly (readonly [string, string])[] = [
    // A body in the old place, spaces and numbers that another writer would write otherwise, a time with an offset.
    [
      `msg/mesh/inbox/agent/ours@mbp/${old}`,
      `{"future":{"a": [1,  2.50, 1e3]} , ${fields},\t"payload": {"text": "\\u65e5本"}, "priority":"high", ` +
      '"created_at": "2026-03-01T09:00:00+09:00"}',
    ],
    [
      `msg/mesh/inbox/session/${agent.session}/${object}`,
      '{"sender_id": "new@box", "payload": {}, "body": {"n": 2.50, "text": "x"}, "metadata": {"promote_hint": true}}',
    ],
  ];
  const put = JSON.stringify(given);
  assert.deepEqual(await host.script(RAW, put, "msg/mesh/inbox/**"), given);
  const got = [...await agent.await()];
  while (got.length < given.length) got.push(...await agent.await());
  const bodies = new Map(got.map(({ id, body }) => [id, body]));
  assert.deepEqual([bodies.get(old), bodies.get(object)], [
    '{"text": "\\u65e5本"}',
    '{"n": 2.50, "text": "x"}',
  ]);
  const { messages } = await agent.call("check_messages");
  assert.ok(Array.isArray(messages));
  assert.ok(messages.some(({ created_at }) => created_at === "2026-03-01T00:00:00.000000Z"));
  for (const home of [hub, spoke]) {
    await until("it has both, as they came", () => {
      const kept = livePayloads(join(home.state, "kioku.db"), "SELECT id, payload FROM message");
      return given.every(([key, payload]) => kept.get(key.slice(-32)) === payload);
    });
  }
  for (const id of [old, object]) await agent.ack(id);
  // What Python's library writes comes first.
  const acks = [old, object].map((id) =>
    `msg/mesh/ack/${id}/${agent.session} {"msg_id": "${id}", "recipient_session_id": "${agent.session}", ` +
    '"status": "acknowledged", '
  );
  await until("the acknowledgements are there", async () => {
    const found = await host.script(RAW, "[]", "msg/mesh/ack/**");
    assert.ok(Array.isArray(found));
    const lines = found.map(([key, payload]) => `${key} ${payload}`);
    return lines.length === 2 && acks.every((ack) => lines.some((line) => line.startsWith(ack)));
  }, 20_000);
  assert.deepEqual(await host.script(RAW, "[]", "msg/mesh/inbox/**"), given);
});
