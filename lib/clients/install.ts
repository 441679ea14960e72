import { Failure } from "../core/errors.ts";
import { isObject } from "../core/json.ts";
import type { Change } from "./change.ts";
import type { Client, HookEvent, HookFile, Reach, Registry, Server } from "./client.ts";
import { type Audience, readConfigFile } from "./config_file.ts";
import { at, type Document, type Path, same } from "./document.ts";
import { withHooks } from "./hook_file.ts";
import { withHabits } from "./instructions.ts";
import { changed, openDocument, textFor } from "./open_document.ts";
import { KNOWN_NAMES, readRegistry, type Registration, switchedEntry, writeServer } from "./registration.ts";

/** What is to be registered. */
export interface Wanted {
  readonly client: Client;
  readonly registry: Registry;
  /** The name that was asked for; undefined: that of what is there already, else the client's usual one. */
  readonly name: string | undefined;
  readonly server: Server;
  /** Whether a server of somebody else may be replaced. */
  readonly force: boolean;
}

/** What would have to be done, and under which name. */
export interface Registering {
  readonly name: string;
  /** Nothing when everything is as it should be. */
  readonly changes: readonly Change[];
  /** Other names in the same place under which we are, or the Python version is, registered as well. */
  readonly others: readonly string[];
}

/** Plans a registration. Throws a Failure when the name belongs to somebody else or the file cannot be changed. */
export function planRegistration({ client, registry, name, server, force }: Wanted): Registering {
  const names = name === undefined ? [client.name, ...KNOWN_NAMES] : [name];
  const { file, document, registrations } = readRegistry(client, registry, names);
  const there = target(registrations, client, name);
  const used = there?.name ?? name ?? client.name;
  const others = registrations.filter((one) => one.maker !== "foreign" && one.name !== used).map((one) =>
    one.name
  );
  if (there?.maker === "foreign" && !force) {
    throw new Failure(
      `Cannot register ${used} with ${client.title}: ${registry.path} has another server of that name. ` +
        "Choose another with --name, or replace it with --force.",
    );
  }
  const way = [...registry.container(document.value), used];
  const after = there === undefined || there.maker === "foreign"
    ? changed(registry.path, document, way, writeServer(server, client.form))
    : switched(document, registry.path, way, there, server);
  if (after.text === document.text) return { name: used, changes: [], others };
  const python = there?.maker === "python" ? " in place of the Python version's server" : "";
  return {
    name: used,
    others,
    changes: [{
      deed: "install",
      client: client.id,
      what: `register ${used}${python}`,
      file,
      after: textFor(file, after),
      audience: audienceOf(registry.reach),
    }],
  };
}

/** A hook of ours in another client's file, however that is written. */
const HOOKED = / hook session-start --client [a-z-]+"/;

/** Plans the hooks; nothing when they are there. */
export function planHooks(
  client: Client,
  file: HookFile,
  reach: Reach,
  line: (event: HookEvent) => string,
): Change[] {
  if (file.inherits !== undefined && HOOKED.test(readConfigFile(file.inherits).text ?? "")) return [];
  const read = readConfigFile(file.path);
  const document = openDocument(read, file.syntax);
  const after = withHooks(document, file, client.id, line);
  if (after.text === document.text) return [];
  const events = Object.values(file.events).join(", ");
  return [{
    deed: "install",
    client: client.id,
    what: `hooks: ${events}`,
    file: read,
    after: textFor(read, after),
    audience: audienceOf(reach),
  }];
}

/** Plans the text for standing instructions; nothing when it is there. */
export function planHabits(client: Client, path: string, reach: Reach): Change[] {
  const file = readConfigFile(path);
  const after = withHabits(file.text, path);
  if (after === file.text) return [];
  return [{
    deed: "install",
    client: client.id,
    what: "standing instructions",
    file,
    after,
    audience: audienceOf(reach),
  }];
}

/** Files of a project are for everybody who works on it. */
export function audienceOf(reach: Reach): Audience {
  return reach === "project" ? "everybody" : "owner";
}

// The one asked for; else ours or the Python version's, under a known name first; else whoever has the usual name.
function target(
  registrations: readonly Registration[],
  client: Client,
  name: string | undefined,
): Registration | undefined {
  if (name !== undefined) return registrations.find((one) => one.name === name);
  const known = registrations.filter(({ maker }) => maker !== "foreign");
  return known.find((one) => KNOWN_NAMES.includes(one.name)) ?? known[0] ??
    registrations.find((one) => one.name === client.name);
}

// Only what differs is touched.
function switched(
  document: Document,
  path: string,
  way: Path,
  { client, entry }: Registration,
  server: Server,
): Document {
  const old = isObject(entry) ? entry : {};
  const fresh = switchedEntry(old, server, client.form);
  return changed(path, document, way, fresh, (before) => {
    let after = before;
    for (const [member, value] of Object.entries(fresh)) {
      if (same(old[member], value)) continue;
      if (!isObject(value) || !isObject(old[member])) {
        after = after.set([...way, member], value);
        continue;
      }
      for (const [inner, part] of Object.entries(value)) {
        if (!same(at(old[member], [inner]), part)) after = after.set([...way, member, inner], part);
      }
    }
    return after;
  });
}
