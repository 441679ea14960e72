// The official TypeScript client before version 2: uses a server and prints what it saw as one line of JSON.
// It is no dependency of the project: Deno fetches it when this file is run.
// deno-lint-ignore-file no-console no-import-prefix
import { Client } from "npm:@modelcontextprotocol/sdk@1.32.2/client/index.js";
import { StdioClientTransport } from "npm:@modelcontextprotocol/sdk@1.32.2/client/stdio.js";

const { command, args, env, cwd, calls } = JSON.parse(Deno.args[0]);
const transport = new StdioClientTransport({ command, args, env, cwd, stderr: "inherit" });
let version;
transport.setProtocolVersion = (negotiated) => version = negotiated;
const client = new Client({ name: "typescript-v1", version: "1" });
await client.connect(transport);
const { tools } = await client.listTools();
const answers = [];
for (const [name, input] of calls) {
  const result = await client.callTool({ name, arguments: input });
  answers.push({
    isError: result.isError ?? false,
    text: result.content[0].text,
    structure: result.structuredContent,
  });
}
await client.close();
console.log(JSON.stringify({ version, tools: tools.map(({ name }) => name), answers }));
