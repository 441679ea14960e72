import assert from "node:assert/strict";
import { VERSION } from "../../../lib/core/version.ts";
import { connect } from "./client.ts";

/** Names and parameters of the tools of Python's version (compat/mcp-schemas.json). */
const PYTHON: Readonly<Record<string, string>> = {
  save_observation:
    "content subject summary project tags memory_type importance source_files references supersedes visibility expires_at ttl_sec",
  search_memory:
    "query agent_family client_id pc_id session_id project since_iso limit include_superseded search_mode",
  get_memory: "observation_id",
  recall_context: "query project memory_types source_files references since_iso limit search_mode",
  delete_memory: "observation_id reason",
  get_memory_status: "",
  drain_pending_puts: "limit",
  check_messages: "limit visibility include_acked include_expired since_iso",
  ack_message: "msg_id visibility",
  purge_expired_messages: "",
};

/** What we offer beyond that. */
const OURS: Readonly<Record<string, string>> = {
  send_message: "to body subject reply_to requires_ack ttl_sec content_type correlation_id visibility msg_id",
  list_agents: "msg_id",
};

const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  save_observation: ["content", "subject", "summary"],
  get_memory: ["observation_id"],
  delete_memory: ["observation_id"],
  ack_message: ["msg_id"],
  send_message: ["body"],
};

const READ_ONLY = [
  "search_memory",
  "get_memory",
  "recall_context",
  "get_memory_status",
  "drain_pending_puts",
  "check_messages",
  "list_agents",
];
const DESTRUCTIVE = ["delete_memory", "purge_expired_messages"];

/** What instructions and tools may cost together, in bytes; every session pays for them. */
const MOST = 12_000;

for (const era of ["legacy", "modern"] as const) {
  Deno.test(`instructions and tools cost at most 12 KB together (${era})`, async () => {
    await using server = await connect({}, era);
    const { tools } = await server.client.listTools();
    const bytes =
      new TextEncoder().encode(server.client.getInstructions() + JSON.stringify({ tools })).length;
    assert.ok(bytes <= MOST, `${bytes} bytes`);
  });

  Deno.test(`the tools are those of Python's version, with every parameter of it, and ours (${era})`, async () => {
    await using server = await connect({}, era);
    const { tools } = await server.client.listTools();
    const all = { ...PYTHON, ...OURS };
    assert.deepEqual(tools.map(({ name }) => name).sort(), Object.keys(all).sort());
    for (const { name, inputSchema, outputSchema, annotations } of tools) {
      const offered = Object.keys(inputSchema.properties ?? {});
      const wanted = all[name]?.split(" ").filter((parameter) => parameter !== "") ?? [];
      assert.deepEqual(wanted.filter((parameter) => !offered.includes(parameter)), [], name);
      assert.deepEqual(inputSchema.required ?? [], REQUIRED[name] ?? [], name);
      assert.equal(outputSchema?.type, "object", name);
      assert.ok(annotations?.title, name);
      assert.equal(annotations.readOnlyHint, READ_ONLY.includes(name), name);
      assert.equal(annotations.destructiveHint, DESTRUCTIVE.includes(name), name);
      assert.equal(annotations.idempotentHint, !["save_observation", "send_message"].includes(name), name);
      assert.equal(annotations.openWorldHint, false, name);
    }
  });

  Deno.test(`the server says who it is and how to use it (${era})`, async () => {
    await using server = await connect({}, era);
    assert.deepEqual(server.client.getServerVersion(), { name: "kioku-mesh", version: VERSION });
    const instructions = server.client.getInstructions() ?? "";
    for (
      const phrase of ["PROACTIVE SAVE", "save_observation", "search_memory", "recall_context", "supersedes"]
    ) {
      assert.ok(instructions.includes(phrase), phrase);
    }
  });
}
