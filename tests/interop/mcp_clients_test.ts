import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type Home, newHome } from "../e2e/support/program.ts";
import { python } from "../support/python_package.ts";

/**
 * The official clients that people's agents are made with, against the program (KIOKU_BIN or the source). Python's needs
 * KIOKU_PYTHON, an environment with kioku-mesh 1.2.0, which brings the package `mcp`; TypeScript's first version is fetched
 * from npm by Deno.
 */
interface Saw {
  readonly version: string;
  readonly tools: readonly string[];
  readonly answers: readonly {
    isError: boolean;
    text: string;
    structure: Readonly<Record<string, unknown>> | null;
  }[];
}

const CALLS = [
  ["save_observation", {
    content: "記憶 one\ntwo",
    subject: "a subject",
    summary: "a summary",
    project: "demo",
    tags: null,
  }],
  ["search_memory", { query: "subject", since_iso: "", limit: 5 }],
  ["recall_context", { project: "demo" }],
  ["get_memory_status", {}],
  ["get_memory", { observation_id: "f".repeat(32) }],
];

for (
  const [mode, version] of [["legacy", "2025-11-25"], ["auto", "2026-07-28"], [
    "2026-07-28",
    "2026-07-28",
  ]] as const
) {
  Deno.test(`Python's client is served (${mode})`, async () => {
    using home = newHome();
    const script = fileURLToPath(new URL("clients/python_client.py", import.meta.url));
    const saw = await run(python(), [script, setting(home, mode)], {});
    check(saw, version);
  });
}

Deno.test("the first version of TypeScript's client is served", async () => {
  using home = newHome();
  const script = fileURLToPath(new URL("clients/typescript_v1_client.js", import.meta.url));
  const flags = [
    "run",
    "--quiet",
    "--no-config",
    "--no-lock",
    "--no-prompt",
    "--allow-env",
    "--allow-run",
    "--allow-read",
  ];
  const saw = await run(Deno.execPath(), [...flags, script, setting(home, "")], Deno.env.toObject());
  check(saw, "2025-11-25");
});

function setting(home: Home, mode: string): string {
  return JSON.stringify({ ...home.invocation(["mcp", "serve"]), mode, calls: CALLS });
}

async function run(command: string, args: string[], env: Record<string, string>): Promise<Saw> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, env, clearEnv: true }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const saw: Saw = JSON.parse(new TextDecoder().decode(stdout));
  return saw;
}

function check({ version, tools, answers }: Saw, expected: string): void {
  assert.equal(version, expected);
  assert.equal(tools.length, 12);
  const [saved, found, recalled, status, missing] = answers;
  assert.deepEqual(answers.map(({ isError }) => isError), [false, false, false, false, true]);
  assert.equal(saved?.structure?.status, "saved");
  assert.match(found?.text ?? "", new RegExp(`a summary <id=${saved?.structure?.observation_id}>$`));
  assert.match(recalled?.text ?? "", /content:\n> 記憶 one\n> two$/);
  assert.equal(status?.structure?.this_session_saves, 1);
  assert.match(missing?.text ?? "", /^Cannot find a memory/);
}
