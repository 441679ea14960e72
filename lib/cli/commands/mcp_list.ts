import type { Server } from "../../clients/client.ts";
import { CLIENTS } from "../../clients/clients.ts";
import { CLIENT_IDS, namedClients, placesOf } from "../client_choice.ts";
import { type ClientState, clientState, type RegistrationState } from "../client_state.ts";
import type { SetupCommand } from "../command.ts";
import type { Output } from "../output.ts";

/** `kioku-mesh mcp list`: which clients are here, and what is registered with them. */
export const mcpList: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration
      .option("--client <name...>", `${CLIENT_IDS}; without it all`)
      .option("--json", "print the result as JSON");
  },
  run({ around, options, output }): 0 {
    const places = placesOf(around);
    const states = (namedClients(options) ?? CLIENTS).map((client) => clientState(client, places));
    if (options.has("json")) output.line(JSON.stringify({ clients: states.map(asJson) }));
    else for (const state of states) print(state, output);
    return 0;
  },
};

function print(
  { client, trace, registrations, hooks, instructions, problems }: ClientState,
  output: Output,
): void {
  output.line(`${client.id}: ${trace === undefined ? "not found" : `here (${trace})`}`);
  for (const one of registrations) output.line(`  ${described(one)}`);
  if (trace !== undefined && registrations.length === 0 && problems.length === 0) {
    output.line("  not registered");
  }
  for (const { path, events } of hooks) output.line(`  hooks: ${events.join(", ")} (${path})`);
  for (const path of instructions) output.line(`  standing instructions: ${path}`);
  for (const problem of problems) output.line(`  problem: ${problem}`);
}

function described({ registry, name, server, maker, runnable }: RegistrationState): string {
  const who = maker === "python" ? "the Python version's, " : "";
  const lost = runnable ? "" : ", WHICH IS NOT THERE";
  const line = server === undefined ? "" : [server.command, ...server.args].join(" ");
  return `${name} (${who}${registry.reach}, ${registry.path}): ${line}${lost}${variables(server)}`;
}

function variables(server: Server | undefined): string {
  const shown = Object.entries(shownVariables(server)).map(([name, value]) => `${name}=${value}`);
  return shown.length === 0 ? "" : ` [${shown.join(" ")}]`;
}

// Other variables may hold keys.
function shownVariables(server: Server | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(server?.env ?? {}).map((
      [name, value],
    ) => [name, /^(?:KIOKU_MESH|MESH_MEM)_/.test(name) ? value : "…"]),
  );
}

function asJson({ client, trace, registrations, hooks, instructions, problems }: ClientState): unknown {
  return {
    client: client.id,
    here: trace ?? null,
    registrations: registrations.map(({ registry, name, server, maker, runnable }) => ({
      name,
      scope: registry.reach,
      file: registry.path,
      server: maker === "ours" ? "kioku-mesh" : "python",
      command: server?.command ?? null,
      args: server?.args ?? [],
      env: shownVariables(server),
      runnable,
    })),
    hooks,
    instructions,
    problems,
  };
}
