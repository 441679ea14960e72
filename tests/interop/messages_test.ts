import assert from "node:assert/strict";
import { startAgent } from "../mesh/support/agent.ts";
import { meshHome, setUp, start } from "../mesh/support/command.ts";
import { routerTest, until } from "../mesh/support/host.ts";
import { PythonHost } from "./python_host.ts";

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
