import { join } from "node:path";
import { HOST_CONFIG_FILE, type HostConfig, NO_HOST_CONFIG, readHostConfig } from "../core/config.ts";
import { messageOf, UsageError } from "../core/errors.ts";
import { readTextIfAny } from "../core/files.ts";
import { isObject } from "../core/json.ts";

/** The host's config.yaml as it is and as it would be. */
export interface HostFile {
  readonly path: string;
  /** Undefined when there is none. */
  readonly before: string | undefined;
  readonly after: string;
  /** What it says before the change. */
  readonly host: HostConfig;
}

/**
 * The host's config.yaml with entries set, or taken away where the value is undefined; its other entries and its comments
 * stay as they are. Nothing is written. Throws a UsageError when the file or what it would become cannot be used.
 */
export async function changedHostFile(
  configFolder: string,
  entries: (host: HostConfig) => Readonly<Record<string, unknown>>,
): Promise<HostFile> {
  const { parseDocument } = await import("../core/yaml.ts");
  const path = join(configFolder, HOST_CONFIG_FILE);
  const before = readTextIfAny(path);
  const document = parseDocument(before ?? "");
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw new UsageError(`Cannot change ${path}: it is not YAML (${messageOf(problem)}). Correct the file.`);
  }
  const host = before === undefined ? NO_HOST_CONFIG : readHostConfig(document.toJS(), path);
  const old: unknown = document.toJS();
  const was = (name: string) => JSON.stringify(isObject(old) ? old[name] : undefined);
  for (const [name, value] of Object.entries(entries(host))) {
    if (value === undefined) document.delete(name);
    else if (was(name) !== JSON.stringify(value)) {
      // A scalar is changed in its place, with the comment that stands beside it.
      document.set(name, typeof value === "object" ? document.createNode(value) : value);
    }
  }
  const changed = document.contents === null ? "" : String(document);
  readHostConfig(document.toJS(), path);
  return { path, before, after: changed, host };
}
