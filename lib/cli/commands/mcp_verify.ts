import { CLIENTS } from "../../clients/clients.ts";
import { type Answered, probe } from "../../clients/probe.ts";
import { readRegistry, type Registration, registriesOf } from "../../clients/registration.ts";
import { Failure } from "../../core/errors.ts";
import { VERSION } from "../../core/version.ts";
import { sleep, systemTimer } from "../../mesh/timer.ts";
import { accessOf } from "../access.ts";
import { CLIENT_IDS, namedClients, placesOf, registrationName } from "../client_choice.ts";
import type { Ended, VerifyCommand } from "../command.ts";
import { keepOnly } from "../lockdown.ts";

/** `kioku-mesh mcp verify`: starts what is registered as each client would, and speaks MCP with it. */
export const mcpVerify: VerifyCommand = {
  access: "verify",
  declare(declaration) {
    declaration
      .option("--client <name...>", `${CLIENT_IDS}; without it all`)
      .option("--name <name>", "only the registration of this name")
      .option("--json", "print the result as JSON");
  },
  async run({ around, options, output }): Promise<Ended> {
    const name = registrationName(options);
    const places = placesOf(around);
    const registrations = (namedClients(options) ?? CLIENTS).flatMap((client) =>
      registriesOf(client, places).flatMap((registry) =>
        readRegistry(client, registry, name === undefined ? [] : [name]).registrations
      )
    ).filter((one) => name === undefined || one.name === name);
    if (registrations.length === 0) {
      throw new Failure("Cannot verify: nothing of ours is registered. Run `kioku-mesh mcp install`.");
    }
    keepOnly(accessOf("verify").keeps);
    const results: Verified[] = [];
    for (const registration of registrations) {
      const { server } = registration;
      const started = around.clock();
      const answered: Answered = server === undefined
        ? { ok: false, why: "starts no program" }
        : await probe(server, places.project, VERSION, (milliseconds, signal) =>
          sleep(systemTimer, milliseconds, signal));
      const result = { registration, answered, milliseconds: Math.round((around.clock() - started) / 1000) };
      results.push(result);
      if (!options.has("json")) output.line(line(result));
    }
    if (options.has("json")) output.line(JSON.stringify({ servers: results.map(asJson) }));
    return results.every(({ answered }) => answered.ok) ? 0 : 1;
  },
};

interface Verified {
  readonly registration: Registration;
  readonly answered: Answered;
  /** From its start until it was gone again. */
  readonly milliseconds: number;
}

function line({ registration: { client, registry, name }, answered, milliseconds }: Verified): string {
  const where = `${client.id} (${registry.reach}): ${name}`;
  if (!answered.ok) return `${where} does not work: ${answered.why}`;
  return `${where} works: ${answered.name} ${answered.version}, ${answered.tools.length} tools, ${milliseconds} ms`;
}

function asJson({ registration: { client, registry, name }, answered, milliseconds }: Verified): unknown {
  const about = { client: client.id, scope: registry.reach, file: registry.path, name, milliseconds };
  return answered.ok
    ? { ...about, ok: true, server: answered.name, version: answered.version, tools: answered.tools }
    : { ...about, ok: false, why: answered.why };
}
