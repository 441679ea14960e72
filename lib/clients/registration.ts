import { isObject, isTextList } from "../core/json.ts";
import type { Client, Form, Registry, Server } from "./client.ts";
import { at, type Document } from "./document.ts";
import type { Snapshot } from "./config_file.ts";
import { readConfigFile } from "./config_file.ts";
import { openDocument } from "./open_document.ts";
import type { Places } from "./places.ts";
import { type Maker, makerOf } from "./program.ts";

/** The names under which the Python version and we register. */
export const KNOWN_NAMES: readonly string[] = ["kioku_mesh", "kioku-mesh"];

/** A server in a client's configuration. */
export interface Registration {
  readonly client: Client;
  readonly registry: Registry;
  readonly name: string;
  /** What the file says, as it stands there. */
  readonly entry: unknown;
  /** Undefined when it starts no program: a server elsewhere. */
  readonly server: Server | undefined;
  readonly maker: Maker;
}

/** A client's file with what is registered there of ours, of the Python version's, or under a name of ours. */
export interface RegistryFile {
  readonly registry: Registry;
  readonly file: Snapshot;
  readonly document: Document;
  readonly registrations: readonly Registration[];
}

/** Reads a registry. Throws a Failure when the file cannot be read. */
export function readRegistry(client: Client, registry: Registry, names: readonly string[]): RegistryFile {
  const file = readConfigFile(registry.path);
  const document = openDocument(file, registry.syntax);
  const servers = at(document.value, registry.container(document.value));
  const registrations = Object.entries(isObject(servers) ? servers : {}).flatMap(([name, entry]) => {
    const server = readServer(entry);
    const maker = server === undefined ? "foreign" : makerOf(server);
    if (maker === "foreign" && !names.includes(name)) return [];
    return [{ client, registry, name, entry, server, maker }];
  });
  return { registry, file, document, registrations };
}

/** Where a client looks for servers. In the home folder, the project's file can be the user's own. */
export function registriesOf(client: Client, places: Places): readonly Registry[] {
  const all = client.registries(places);
  return all.filter(({ path, reach }, index) =>
    reach === "local" || all.findIndex((other) => other.path === path) === index
  );
}

/** Every registration of a client that is of ours or the Python version's. Throws as readRegistry does. */
export function registrationsOf(client: Client, places: Places): Registration[] {
  return registriesOf(client, places).flatMap((registry) => readRegistry(client, registry, []).registrations);
}

/** What an entry starts; tolerates the older forms of Zed and what other programs write. */
export function readServer(entry: unknown): Server | undefined {
  if (!isObject(entry)) return undefined;
  const { command } = entry;
  const env = isObject(entry.env) ? entry.env : isObject(entry.environment) ? entry.environment : {};
  const texts = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => typeof value === "string" ? [[name, value]] : []),
  );
  if (typeof command === "string") {
    return { command, args: isTextList(entry.args) ? entry.args : [], env: texts };
  }
  if (isTextList(command)) {
    const [program, ...args] = command;
    return program === undefined ? undefined : { command: program, args, env: texts };
  }
  if (isObject(command) && typeof command.path === "string") {
    return { command: command.path, args: isTextList(command.args) ? command.args : [], env: texts };
  }
  return undefined;
}

/** A new entry. */
export function writeServer({ command, args, env }: Server, form: Form): Readonly<Record<string, unknown>> {
  if (form === "opencode") {
    return { type: "local", command: [command, ...args], environment: env, enabled: true };
  }
  return { ...(form === "typed" ? { type: "stdio" } : {}), command, args, env };
}

/** The entry with another server in it; what else it says stays, other variables too. */
export function switchedEntry(
  entry: Readonly<Record<string, unknown>>,
  server: Server,
  form: Form,
): Readonly<Record<string, unknown>> {
  const variables = form === "opencode" ? "environment" : "env";
  const before = entry[variables];
  const written = writeServer(server, form);
  return {
    ...entry,
    command: written.command,
    ...(written.args === undefined ? {} : { args: written.args }),
    [variables]: { ...(isObject(before) ? before : {}), ...server.env },
  };
}
