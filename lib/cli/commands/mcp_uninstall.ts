import { CLIENTS } from "../../clients/clients.ts";
import { planUninstall } from "../../clients/uninstall.ts";
import { Failure } from "../../core/errors.ts";
import { ClientChanges } from "../client_changes.ts";
import { CLIENT_IDS, forEach, namedClients, placesOf, reachOf, registrationName } from "../client_choice.ts";
import type { Ended, SetupCall, SetupCommand } from "../command.ts";

/** `kioku-mesh mcp uninstall`: takes away what is ours in agents' configuration, and nothing else. */
export const mcpUninstall: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration
      .option("--client <name...>", `${CLIENT_IDS}; without it all that have something of ours`)
      .option("--name <name>", "only the registration of this name")
      .option("--project", "what is for the project in this folder, not for the user")
      .option("--force", "with --name: also a server that is not ours")
      .option("--dry-run", "show what would be written, and write nothing")
      .option("--yes", "do not ask");
  },
  run: (call) => uninstall(call),
};

/** `changes` stands in for files and person in tests. */
export function uninstall(
  call: SetupCall,
  changes: ClientChanges = new ClientChanges(call.around, call.options, call.output),
): Ended {
  const { options, output } = call;
  const places = placesOf(call.around);
  const name = registrationName(options);
  const named = namedClients(options);
  let touched = 0;
  const ended = forEach(named ?? CLIENTS, output, (client) => {
    const unwanted = { client, places, reach: reachOf(options), name, force: options.has("force") };
    const outcome = changes.make(
      () => planUninstall(unwanted, changes.journal),
      `Take that away from ${client.title}?`,
    );
    if (outcome === "unchanged") {
      if (named === undefined) return 0;
      throw new Failure(
        `Cannot uninstall: ${client.title} has nothing${name === undefined ? "" : ` named ${name}`} of ours.`,
      );
    }
    touched++;
    if (outcome === "done") output.note(`next: ${client.next}`);
    return outcome === "declined" ? 1 : 0;
  });
  if (touched === 0 && ended === 0) output.line("No client has anything of ours.");
  return ended;
}
