import { dirname, join } from "node:path";
import {
  HOST_CONFIG_FILE,
  type HostConfig,
  NO_HOST_CONFIG,
  PROJECT_CONFIG_FILE,
  type ProjectConfig,
  readHostConfig,
  readProjectConfig,
} from "./config.ts";
import { messageOf, UsageError } from "./errors.ts";
import { readTextIfAny } from "./files.ts";

/** What the configuration files say. */
export interface Configuration {
  readonly host: HostConfig;
  /** Of the nearest folder upwards from the working directory that has one. */
  readonly project: ProjectConfig | undefined;
}

/** Reads the host's configuration and the project's. Throws a UsageError that names the file when one is unusable. */
export async function loadConfiguration(configFolder: string, workingFolder: string): Promise<Configuration> {
  const host = await loadHostConfiguration(configFolder);
  const project = await findProject(workingFolder);
  return {
    host,
    project: project === undefined ? undefined : readProjectConfig(project.document, project.path),
  };
}

/** Reads the host's configuration. Throws a UsageError that names the file when it is unusable. */
export async function loadHostConfiguration(configFolder: string): Promise<HostConfig> {
  const path = join(configFolder, HOST_CONFIG_FILE);
  const found = await readYaml(path);
  return found === undefined ? NO_HOST_CONFIG : readHostConfig(found.document, path);
}

async function findProject(folder: string): Promise<{ document: unknown; path: string } | undefined> {
  for (let at = folder;; at = dirname(at)) {
    const path = join(at, PROJECT_CONFIG_FILE);
    const found = await readYaml(path);
    if (found !== undefined) return { document: found.document, path };
    if (dirname(at) === at) return undefined;
  }
}

// Lines that say the same in YAML and at a glance: a name and one plain word, none that YAML reads as something else, or
// a name and such words below it, as endpoints and scopes are.
const WORD = "(?!(?:true|false|null|yes|no|on|off)$)([A-Za-z/](?:[\\w.@/:\\[\\]-]*[\\w.@/\\]-])?)$";
const PLAIN = new RegExp(`^([a-z_]+): ${WORD}`, "i");
const LIST = /^([a-z_]+):$/i;
const ITEM = new RegExp(`^ +- ${WORD}`, "i");

/** Reads a file of plain lines, such as init writes; undefined when any line needs a YAML parser. */
function readPlain(text: string): Record<string, string | string[]> | undefined {
  const members: Record<string, string | string[]> = {};
  let list: string[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (line === "" || line.startsWith("#")) continue;
    const item = ITEM.exec(line)?.[1];
    if (item !== undefined) {
      if (list === undefined) return undefined;
      list.push(item);
      continue;
    }
    if (list?.length === 0) return undefined;
    const [, name = LIST.exec(line)?.[1], value] = PLAIN.exec(line) ?? [];
    if (name === undefined || name in members) return undefined;
    list = value === undefined ? [] : undefined;
    members[name] = value ?? list ?? [];
  }
  return list?.length === 0 ? undefined : members;
}

// The YAML parser costs 15 ms of every start (DESIGN §6), so it is loaded only for a file that needs it.
async function readYaml(path: string): Promise<{ document: unknown } | undefined> {
  const text = readTextIfAny(path);
  if (text === undefined) return undefined;
  const plain = readPlain(text);
  if (plain !== undefined) return { document: plain };
  try {
    const { parse } = await import("./yaml.ts");
    const document: unknown = parse(text);
    return { document };
  } catch (error) {
    throw new UsageError(`Cannot read ${path}: it is not YAML (${messageOf(error)}). Correct the file.`);
  }
}
