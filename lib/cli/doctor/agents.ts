import { CLIENTS } from "../../clients/clients.ts";
import type { Client } from "../../clients/client.ts";
import { planRegistration } from "../../clients/install.ts";
import { probe } from "../../clients/probe.ts";
import { serverOf, thisProgram } from "../../clients/program.ts";
import type { Registration } from "../../clients/registration.ts";
import { planRepair } from "../../clients/repair.ts";
import { VERSION } from "../../core/version.ts";
import { sleep, systemTimer } from "../../mesh/timer.ts";
import type { ClientChanges } from "../client_changes.ts";
import { clientState, type RegistrationState } from "../client_state.ts";
import { type Check, pass, trouble } from "./check.ts";
import type { Places } from "../../clients/places.ts";

/** Variables that no version reads any more. */
const RETIRED = /^MESH_MEM_/;

/** Whether the agents that are here have the memory, and whether what they have registered starts. */
export async function checkAgents(places: Places, changes: ClientChanges): Promise<Check[]> {
  const checks: Check[] = [];
  const without: string[] = [];
  for (const client of CLIENTS) {
    const { trace, registrations, problems } = clientState(client, places);
    const [problem] = problems;
    if (problem !== undefined && trace !== undefined) {
      checks.push(trouble(client.id, "warn", problem, "Correct the file.", { details: problems.slice(1) }));
    } else if (registrations.length > 0) {
      checks.push(await checkRegistrations(client, registrations, places, changes));
    } else if (trace !== undefined) without.push(client.title);
  }
  if (checks.length > 0) return checks;
  const here = without.length === 0 ? "" : ` (here: ${without.join(", ")})`;
  return [pass("agents", `none has the memory yet${here}; \`kioku-mesh mcp install\` registers it`)];
}

async function checkRegistrations(
  client: Client,
  registrations: readonly RegistrationState[],
  places: Places,
  changes: ClientChanges,
): Promise<Check> {
  const install = `kioku-mesh mcp install --client ${client.id}`;
  for (const one of registrations) {
    const old = Object.keys(one.server?.env ?? {}).filter((name) => RETIRED.test(name));
    if (old.length > 0) {
      const hint = `${install} --repair --name ${one.name}`;
      return trouble(
        client.id,
        "fail",
        `${one.name} sets ${old.join(", ")}, which nobody reads any more`,
        hint,
        {
          fix: () => made(client, changes.make(() => planRepair(client, places, one.name), "")),
        },
      );
    }
    if (one.maker === "python") {
      return trouble(client.id, "warn", `${one.name} starts the Python version's server`, install, {
        fix: () => switchOver(client, one, places, changes),
      });
    }
    const answered = one.server === undefined
      ? { ok: false, why: "starts no program" } as const
      : await probe(one.server, places.project, VERSION, (milliseconds, signal) =>
        sleep(systemTimer, milliseconds, signal));
    if (!answered.ok) {
      return trouble(client.id, "fail", `${one.name} does not work: ${answered.why}`, install, {
        fix: () => switchOver(client, one, places, changes),
      });
    }
  }
  const names = registrations.map(({ name, registry }) => `${name} (${registry.reach})`);
  return pass(client.id, `${names.join(", ")} starts and answers`);
}

// What `mcp install` does with that registration.
function switchOver(
  client: Client,
  { registry, name, server }: Registration,
  places: Places,
  changes: ClientChanges,
): string {
  const env = { ...server?.env, KIOKU_MESH_AGENT_FAMILY: client.family, KIOKU_MESH_CLIENT_ID: client.id };
  const wanted = { client, registry, name, server: serverOf(thisProgram(places), env), force: false };
  return made(client, changes.make(() => planRegistration(wanted).changes, ""));
}

function made(client: Client, outcome: string): string {
  return `${client.id}: ${outcome === "done" ? "registered anew" : "nothing to change"}`;
}
