import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { newHome } from "../e2e/support/program.ts";

/**
 * Of the MCP project's conformance suite, what can be asked of any server: the other scenarios want tools, prompts and
 * resources of their own, or test HTTP. Deno fetches the suite from npm. It speaks HTTP, so a bridge stands between.
 */
const SUITE = "npm:@modelcontextprotocol/conformance@0.1.16";
const SCENARIOS = ["server-initialize", "ping", "tools-list"];

Deno.test("the conformance suite passes", async () => {
  using home = newHome();
  const script = fileURLToPath(new URL("clients/http_bridge.js", import.meta.url));
  const server = JSON.stringify(home.invocation(["mcp", "serve"]));
  const bridge = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-config",
      "--no-lock",
      "--no-prompt",
      "--allow-net=127.0.0.1",
      "--allow-run",
      script,
      server,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    const port = await firstLine(bridge.stdout);
    for (const scenario of SCENARIOS) {
      const { code, stdout } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--quiet",
          "--no-config",
          "--no-lock",
          "--no-prompt",
          "--allow-all",
          SUITE,
          "server",
          "--url",
          `http://127.0.0.1:${port}/mcp`,
          "--scenario",
          scenario,
        ],
        cwd: home.path,
      }).output();
      const report = new TextDecoder().decode(stdout);
      assert.equal(code, 0, report);
      assert.match(report, /Passed: [1-9]\d*\/\d+, 0 failed/, report);
    }
  } finally {
    bridge.kill("SIGTERM");
    await bridge.status;
  }
});

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  return text.trim();
}
