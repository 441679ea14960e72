import { CLIENTS } from "../../clients/clients.ts";
import { EVENTS } from "../../clients/client.ts";
import { MEMORY_TYPES } from "../../memory/observation.ts";
import { FORMATS } from "../../memory/intake/entry.ts";
import { SEARCH_MODES } from "../../memory/search/request.ts";
import type { Suggestible } from "../../memory/suggest.ts";

/** The shells for which there are scripts. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** What can stand at a place: words that are known, what is stored here, files, or nothing that could be offered. */
export type Values =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "stored"; readonly what: Suggestible }
  | { readonly kind: "files" }
  | { readonly kind: "none" };

const NONE: Values = { kind: "none" };
const FILES: Values = { kind: "files" };

const words = (...list: readonly string[]): Values => ({ kind: "words", words: list });
const stored = (what: Suggestible): Values => ({ kind: "stored", what });

const CLIENT_NAMES = words(...CLIENTS.map(({ id }) => id));

// By the option's name, or by command and name where one name means several things.
const OF_OPTIONS: Readonly<Record<string, Values>> = {
  "--project": stored("project"),
  "--tags": stored("tag"),
  "--pc-id": stored("host"),
  "--by-pc-id": stored("host"),
  "--scope": stored("scope"),
  "--agent-family": stored("agent"),
  "--client-id": stored("client"),
  "--supersedes": stored("id"),
  "--with": stored("id"),
  "--force-id": stored("id"),
  "--memory-type": words(...MEMORY_TYPES),
  "--importance": words("1", "2", "3", "4", "5"),
  "--visibility": words("mesh", "user", "team"),
  "--search-mode": words(...SEARCH_MODES),
  "search --format": words("text", "markdown", "json"),
  "export --format": words("jsonl", "markdown", "folder"),
  "import --from": words(...FORMATS, "python"),
  "init --mode": words("local", "hub", "spoke"),
  "mcp install --client": CLIENT_NAMES,
  "mcp uninstall --client": CLIENT_NAMES,
  "mcp list --client": CLIENT_NAMES,
  "mcp verify --client": CLIENT_NAMES,
  "mcp rollback --client": CLIENT_NAMES,
  "--storage-layout": words("scopes", "single"),
};

const OF_ARGUMENTS: Readonly<Record<string, Values>> = {
  "get id": stored("id"),
  "get-memory id": stored("id"),
  "edit id": stored("id"),
  "tag id": stored("id"),
  "supersede old": stored("id"),
  "delete id": stored("id"),
  "hook event": words(...EVENTS),
  "share what": stored("project"),
  "secrets list|allow": words("list", "allow"),
  "secrets id": stored("id"),
  "completion shell": words(...SHELLS),
};

/** What can follow an option that takes a value; `called` is what help calls that. */
export function valuesOfOption(command: string, long: string, called: string): Values {
  return OF_OPTIONS[`${command} ${long}`] ?? OF_OPTIONS[long] ?? (isFile(called) ? FILES : NONE);
}

/** What can stand for an argument. */
export function valuesOfArgument(command: string, name: string): Values {
  return OF_ARGUMENTS[`${command} ${name}`] ?? (isFile(name) ? FILES : NONE);
}

function isFile(called: string): boolean {
  return ["file", "path", "folder"].includes(called);
}
