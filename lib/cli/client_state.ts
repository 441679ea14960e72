import type { Client } from "../clients/client.ts";
import { traceOf } from "../clients/clients.ts";
import { readConfigFile } from "../clients/config_file.ts";
import { hookedEvents } from "../clients/hook_file.ts";
import { hasHabits } from "../clients/instructions.ts";
import { openDocument } from "../clients/open_document.ts";
import { isRunnable, onPath, type Places } from "../clients/places.ts";
import { readRegistry, type Registration, registriesOf } from "../clients/registration.ts";
import { KiokuError } from "../core/errors.ts";

/** A registration as far as it can be told without starting it. */
export interface RegistrationState extends Registration {
  /** Whether the program is there and may be run. */
  readonly runnable: boolean;
}

/** How a client stands towards us. */
export interface ClientState {
  readonly client: Client;
  /** Its program or folder; undefined: it is not here. */
  readonly trace: string | undefined;
  readonly registrations: readonly RegistrationState[];
  /** The files that call us for events, and for which. */
  readonly hooks: readonly { readonly path: string; readonly events: readonly string[] }[];
  /** The files that hold our text. */
  readonly instructions: readonly string[];
  /** Files that cannot be read, with the reason. */
  readonly problems: readonly string[];
}

/** Looks at a client's files, those for the user and those of the project. */
export function clientState(client: Client, places: Places): ClientState {
  const problems: string[] = [];
  const tried = <T>(work: () => T[]): T[] => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof KiokuError)) throw error;
      problems.push(error.message);
      return [];
    }
  };
  const registrations = registriesOf(client, places).flatMap((registry) =>
    tried(() => [...readRegistry(client, registry, []).registrations])
  );
  const reaches = ["user", "project"] as const;
  const files = reaches.map((reach) => client.hooks?.(places, reach));
  const texts = reaches.map((reach) => client.instructions?.(places, reach));
  const hooks = files.flatMap((file, index) =>
    tried(() => {
      if (file === undefined || (index === 1 && files[0]?.path === file.path)) return [];
      const events = hookedEvents(openDocument(readConfigFile(file.path), file.syntax), client.id);
      return events.length === 0 ? [] : [{ path: file.path, events }];
    })
  );
  const instructions = [...new Set(texts)].flatMap((path) =>
    tried(() => {
      return path !== undefined && hasHabits(readConfigFile(path).text) ? [path] : [];
    })
  );
  return {
    client,
    trace: traceOf(client, places),
    registrations: registrations.map((one) => ({ ...one, runnable: isThere(one.server?.command, places) })),
    hooks,
    instructions,
    problems: [...new Set(problems)],
  };
}

function isThere(command: string | undefined, places: Places): boolean {
  if (command === undefined) return false;
  return /[\\/]/.test(command) ? isRunnable(command) : onPath(places, command) !== undefined;
}
