import type { Client } from "../clients/client.ts";
import { CLIENTS } from "../clients/clients.ts";
import { findPlaces, type Places } from "../clients/places.ts";
import { Failure, UsageError } from "../core/errors.ts";
import type { Surroundings } from "../memory/open.ts";
import type { Ended } from "./command.ts";
import type { Options } from "./options.ts";
import type { Output } from "./output.ts";

/** What `--client` may say, for help texts. */
export const CLIENT_IDS: string = CLIENTS.map(({ id }) => id).join(", ");

/** The clients that `--client` names; undefined when it is not given. */
export function namedClients(options: Options): readonly Client[] | undefined {
  const ids = options.texts("client").flatMap((text) => text.split(",")).map((id) => id.trim());
  if (ids.length === 0) return undefined;
  return ids.map((id) => {
    const found = CLIENTS.find((client) => client.id === id);
    if (found !== undefined) return found;
    throw new UsageError(`Cannot use --client "${id}": it is not one of ${CLIENT_IDS}.`);
  });
}

/** The exact name that `--name` gives. */
export function registrationName(options: Options): string | undefined {
  const name = options.text("name");
  if (name === undefined || /^[A-Za-z0-9_-]+$/.test(name)) return name;
  throw new UsageError(`Cannot use --name "${name}": use letters, digits, - and _ only.`);
}

/** Whose configuration is meant. */
export function reachOf(options: Options): "user" | "project" {
  return options.has("project") ? "project" : "user";
}

/** The folders of this user's clients. */
export function placesOf({ env, platform, workingFolder }: Surroundings): Places {
  return findPlaces(env, platform, workingFolder);
}

/** Does something for each client; what goes wrong for one is said and does not keep the others from it. */
export function forEach(
  clients: readonly Client[],
  output: Output,
  work: (client: Client) => Ended,
): Ended {
  let worst: Ended = 0;
  for (const client of clients) {
    try {
      const ended = work(client);
      if (ended > worst) worst = ended;
    } catch (error) {
      if (!(error instanceof Failure) || clients.length === 1) throw error;
      output.note(`error: ${client.id}: ${error.message}`);
      worst = 1;
    }
  }
  return worst;
}
