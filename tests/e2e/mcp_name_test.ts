import assert from "node:assert/strict";
import { newHome } from "./support/program.ts";

Deno.test("under the name kioku-mesh-mcp the program is the MCP server", async () => {
  using home = newHome();
  const request = { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} };
  const hello = {
    jsonrpc: "2.0",
    id: 0,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "1" } },
  };
  const stdin = [hello, request].map((message) => `${JSON.stringify(message)}\n`).join("");
  const { code, stdout, stderr } = await home.run([], { name: "kioku-mesh-mcp", stdin });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  const answers = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(answers[0].result.serverInfo.name, "kioku-mesh");
  assert.equal(answers[1].result.tools.length, 12);
});
