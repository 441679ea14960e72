import type { Client, Reach } from "../../clients/client.ts";
import { CLIENTS, traceOf } from "../../clients/clients.ts";
import { planHabits, planHooks, planRegistration } from "../../clients/install.ts";
import type { Places } from "../../clients/places.ts";
import { hookLine, type Program, serverOf, thisProgram } from "../../clients/program.ts";
import { planRepair } from "../../clients/repair.ts";
import { Failure, UsageError } from "../../core/errors.ts";
import { ClientChanges, type Outcome } from "../client_changes.ts";
import { CLIENT_IDS, forEach, namedClients, placesOf, reachOf, registrationName } from "../client_choice.ts";
import type { Ended, SetupCall, SetupCommand } from "../command.ts";
import type { Options } from "../options.ts";

/** `kioku-mesh mcp install`: registers the MCP server with agents, and offers hooks and standing instructions. */
export const mcpInstall: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration
      .option("--client <name...>", `${CLIENT_IDS}; without it those that are here`)
      .option("--name <name>", "the name of the registration (kioku_mesh; Gemini CLI: kioku-mesh)")
      .option("-e, --env <K=V...>", "variables for the server")
      .option("--project", "for the project in this folder, not for the user")
      .option("--habits", "with hooks and standing instructions, without asking about them")
      .option("--no-habits", "without them")
      .option("--repair", "only give variables of a registration their present names")
      .option("--force", "replace a server of that name that is not ours")
      .option("--dry-run", "show what would be written, and write nothing")
      .option("--yes", "do not ask");
  },
  run: (call) => install(call),
};

interface Install {
  readonly call: SetupCall;
  readonly places: Places;
  readonly program: Program;
  readonly reach: "user" | "project";
  readonly changes: ClientChanges;
}

/** `changes` stands in for files and person in tests. */
export function install(
  call: SetupCall,
  changes: ClientChanges = new ClientChanges(call.around, call.options, call.output),
): Ended {
  const { options, output } = call;
  const places = placesOf(call.around);
  const program = thisProgram(places);
  const reach = reachOf(options);
  const setting: Install = { call, places, program, reach, changes };
  registrationName(options);
  variables(options);
  if (options.has("repair")) {
    return forEach(namedClients(options) ?? found(places), output, (client) => repair(setting, client));
  }
  if (program.warning !== undefined) output.note(`warning: ${program.warning}`);
  const named = namedClients(options);
  const clients = named ?? found(places).filter((client) => registryOf(client, places, reach) !== undefined);
  return forEach(clients, output, (client) => installInto(setting, client));
}

function found(places: Places): readonly Client[] {
  const here = CLIENTS.filter((client) => traceOf(client, places) !== undefined);
  if (here.length > 0) return here;
  throw new Failure(`Cannot find any client here. Name one with --client: ${CLIENT_IDS}.`);
}

function registryOf(client: Client, places: Places, reach: Reach) {
  return client.registries(places).find((registry) => registry.reach === reach);
}

function installInto(setting: Install, client: Client): Ended {
  const { call: { options, output, around }, places, program, reach, changes } = setting;
  const registry = registryOf(client, places, reach);
  if (registry === undefined) {
    throw new UsageError(
      `Cannot install for a project: ${client.title} has no configuration of its own there.`,
    );
  }
  const state = around.env.ours("STATE_DIR");
  const server = serverOf(program, {
    KIOKU_MESH_AGENT_FAMILY: client.family,
    KIOKU_MESH_CLIENT_ID: client.id,
    ...(state === undefined ? {} : { KIOKU_MESH_STATE_DIR: state }),
    ...variables(options),
  });
  const wanted = { client, registry, name: registrationName(options), server, force: options.has("force") };
  const plan = () => planRegistration(wanted);
  const { name, others } = plan();
  const outcome = changes.make(() => plan().changes, `Register ${name} with ${client.title}?`);
  if (outcome === "declined") return 1;
  if (outcome === "unchanged") {
    output.line(`unchanged: ${name} is registered with ${client.title}: ${registry.path}`);
  }
  if (outcome === "done") output.line(`registered ${name} with ${client.title} via ${program.command}`);
  for (const other of others) {
    output.note(
      `note: ${client.title} also has ${other}, so there are two. \`kioku-mesh mcp uninstall --client ${client.id} --name ${other}\` removes it.`,
    );
  }
  const habits = offerHabits(setting, client);
  if (outcome === "done" || habits) output.note(`next: ${client.next}`);
  return 0;
}

/** Whether anything was written. */
function offerHabits(
  { call: { options, output, around }, places, program, reach, changes }: Install,
  client: Client,
): boolean {
  if (options.off("habits")) return false;
  const file = client.hooks?.(places, reach);
  const text = client.instructions?.(places, reach);
  const line = (event: Parameters<typeof hookLine>[1]) =>
    hookLine(program, event, client.id, around.platform === "windows", around.env.ours("STATE_DIR"));
  const hooks = () => file === undefined ? [] : planHooks(client, file, reach, line);
  const instructions = () => text === undefined ? [] : planHabits(client, text, reach);
  if (options.has("yes") && !options.has("habits") && !options.has("dryRun")) {
    const what = [...hooks(), ...instructions()].map((change) => change.what.split(":")[0]);
    if (what.length > 0) {
      output.note(`also there: ${what.join(" and ")} for ${client.title}; add --habits to have them.`);
    }
    return false;
  }
  const outcomes: Outcome[] = [
    changes.make(
      hooks,
      `Let ${client.title} show recent memories when a session starts, and remind before they are lost?`,
    ),
    changes.make(instructions, `Tell ${client.title} in its standing instructions to use the memory?`),
  ];
  if (outcomes[0] === "done" && file?.note !== undefined) output.note(`note: ${file.note}`);
  return outcomes.includes("done");
}

function repair({ call: { options, output }, places, changes }: Install, client: Client): Ended {
  const name = registrationName(options) ?? client.name;
  const outcome = changes.make(() => planRepair(client, places, name), `Rename the variables of ${name}?`);
  if (outcome === "unchanged") {
    output.line(`${client.id}: ${name} already uses the current KIOKU_MESH_* prefix; nothing to repair.`);
  }
  return outcome === "declined" ? 1 : 0;
}

function variables(options: Options): Record<string, string> {
  return Object.fromEntries(
    options.texts("env").map((text) => {
      const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
      if (name !== undefined && value !== undefined) return [name, value];
      throw new UsageError(`Cannot use --env "${text}": write NAME=VALUE.`);
    }),
  );
}
