import { Failure } from "../core/errors.ts";
import { isObject } from "../core/json.ts";
import type { Change } from "./change.ts";
import type { Client } from "./client.ts";
import { at } from "./document.ts";
import { audienceOf } from "./install.ts";
import { changed, textFor } from "./open_document.ts";
import type { Places } from "./places.ts";
import { readRegistry, registriesOf } from "./registration.ts";

/** Names of variables that no version reads any more, and those that are read (compat cli §4). */
const RENAMED = {
  MESH_MEM_AGENT_FAMILY: "KIOKU_MESH_AGENT_FAMILY",
  MESH_MEM_CLIENT_ID: "KIOKU_MESH_CLIENT_ID",
} as const;

/**
 * Plans to give the variables of a registration their present names, where those are not there yet; nothing else is touched.
 * Nothing when there is nothing to mend. Throws a Failure when the server is not registered, or in several places.
 */
export function planRepair(client: Client, places: Places, name: string): Change[] {
  const found = registriesOf(client, places).flatMap((registry) => {
    const { file, document, registrations } = readRegistry(client, registry, [name]);
    return registrations.filter((one) => one.name === name).map((one) => ({ registry, file, document, one }));
  });
  const [first, ...others] = found;
  if (first === undefined) {
    throw new Failure(
      `Cannot repair ${name}: it is not registered with ${client.title}. Run \`kioku-mesh mcp install\`.`,
    );
  }
  if (others.length > 0) {
    const reaches = found.map(({ registry }) => registry.reach).join(", ");
    throw new Failure(
      `Cannot repair ${name}: it is registered in several places (${reaches}). Remove all but one.`,
    );
  }
  const { registry, file, document } = first;
  const variables = client.form === "opencode" ? "environment" : "env";
  const way = [...registry.container(document.value), name, variables];
  let after = document;
  const env = at(document.value, way);
  for (const [old, present] of Object.entries(RENAMED)) {
    const now = at(after.value, way);
    if (!isObject(env) || !isObject(now) || now[old] === undefined || now[present] !== undefined) continue;
    const renamed = Object.fromEntries(
      Object.entries(now).map(([key, value]) => [key === old ? present : key, value]),
    );
    after = changed(registry.path, after, way, renamed, (before) => before.rename([...way, old], present));
  }
  if (after.text === document.text) return [];
  return [{
    deed: "repair",
    client: client.id,
    what: `rename variables of ${name}`,
    file,
    after: textFor(file, after),
    audience: audienceOf(registry.reach),
  }];
}
