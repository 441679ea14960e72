import { dirname, join } from "node:path";
import JSON5 from "json5";
import { messageOf, UsageError } from "../core/errors.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import { TLS_FILES } from "../tls/files.ts";
import { type Endpoint, parseEndpoints } from "./endpoint.ts";

/** What a host of the Python version's mesh had set up for its router (compat data §6). */
export interface Adopted {
  readonly listen: readonly Endpoint[];
  readonly connect: readonly Endpoint[];
  /** The folder of its certificates; undefined when its links are plain. */
  readonly tls: string | undefined;
  /** Whether it has the one broad storage of releases before scopes. */
  readonly broad: boolean;
}

/** Reads a zenohd.json5; `path` is named in errors. Whatever else it says is the router's own and not ours. */
export function readZenohd(text: string, path: string): Adopted {
  let document: unknown;
  try {
    document = JSON5.parse(text);
  } catch (error) {
    throw new UsageError(`Cannot adopt ${path}: it is not JSON5 (${messageOf(error)}). Correct the file.`);
  }
  if (!isObject(document)) {
    throw new UsageError(`Cannot adopt ${path}: it holds no settings. Correct the file.`);
  }
  const storages = inside(document, "plugins", "storage_manager", "storages");
  return {
    listen: endpoints(document, "listen", path),
    connect: endpoints(document, "connect", path),
    tls: tlsFolder(inside(document, "transport", "link", "tls"), path),
    broad: Object.values(storages).some((storage) => isObject(storage) && storage.key_expr === "mem/**"),
  };
}

function endpoints(document: JsonObject, name: "listen" | "connect", path: string): Endpoint[] {
  const value = inside(document, name).endpoints;
  if (value === undefined) return [];
  // Zenoh also takes a list for each of its own modes.
  const list = isObject(value) ? value.router ?? [] : value;
  if (!Array.isArray(list) || !list.every((item) => typeof item === "string")) {
    throw new UsageError(
      `Cannot adopt ${path}: its ${name}.endpoints is not a list of texts. Correct the file.`,
    );
  }
  return parseEndpoints(list);
}

function tlsFolder(tls: JsonObject, path: string): string | undefined {
  const named = [
    [tls.root_ca_certificate, TLS_FILES.ca],
    [tls.listen_certificate, TLS_FILES.certificate],
    [tls.listen_private_key, TLS_FILES.key],
    [tls.connect_certificate, TLS_FILES.certificate],
    [tls.connect_private_key, TLS_FILES.key],
  ].filter(([file]) => file !== undefined);
  const [first] = named;
  if (first === undefined) return undefined;
  const folder = typeof first[0] === "string" ? dirname(first[0]) : "";
  if (named.every(([file, name]) => file === join(folder, String(name)))) return folder;
  throw new UsageError(
    `Cannot adopt ${path}: its certificates are not ${
      Object.values(TLS_FILES).join(", ")
    } of one folder. Put them into ` +
      "one, or set this host up anew with init --mode and --tls.",
  );
}

function inside(document: JsonObject, ...names: readonly string[]): JsonObject {
  let at: JsonObject = document;
  for (const name of names) {
    const next = at[name];
    if (!isObject(next)) return {};
    at = next;
  }
  return at;
}
