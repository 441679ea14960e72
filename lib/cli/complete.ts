import { join } from "node:path";
import { loadConfiguration } from "../core/configuration.ts";
import { isFile, isFolder } from "../core/files.ts";
import { DATABASE_FILE, findFolders } from "../core/paths.ts";
import { resolveSettings } from "../core/settings.ts";
import type { Surroundings } from "../memory/open.ts";
import { suggest, type Suggestible, type Suggestion, SUGGESTIONS } from "../memory/suggest.ts";
import { openStore } from "../store/open.ts";
import { readIdentityFile } from "../trust/identity_file.ts";
import { keepOnly } from "./lockdown.ts";
import type { Output } from "./output.ts";

/**
 * What the scripts of `kioku-mesh completion` ask while somebody types: `__complete KIND TYPED` prints the values that fit, one
 * a line, each with a tab and its meaning where it has one. Of a list with commas the last part is completed. It says nothing
 * when anything is wrong, makes nothing, and loads no more than it needs: a person waits at the key.
 */
export async function complete(args: readonly string[], around: Surroundings, output: Output): Promise<0> {
  try {
    const kind = SUGGESTIONS.find((known) => known === args[0]);
    if (kind !== undefined) await print(kind, args[1] ?? "", around, output);
  } catch {
    // Whatever it was, what is being typed must not be disturbed; the command itself will tell.
  }
  return 0;
}

async function print(kind: Suggestible, typed: string, around: Surroundings, output: Output): Promise<void> {
  keepOnly(["read", "write", "env"]);
  const { env, platform, workingFolder, clock } = around;
  const folders = findFolders(env, platform, isFolder);
  const path = join(folders.state, DATABASE_FILE);
  if (!isFile(path)) return;
  const { host, project } = await loadConfiguration(folders.config, workingFolder);
  const certified = host.tls === undefined ? undefined : readIdentityFile(host.tls);
  const { readable } = resolveSettings(env, project, host, { tracesOfPython: false, certified });
  const store = openStore(path, clock);
  keepOnly([]);
  try {
    const begin = typed.lastIndexOf(",") + 1;
    const before = typed.slice(0, begin);
    const taken = before.split(",");
    const lines = suggest(store, readable, kind, typed.slice(begin), clock()).filter(isPlain)
      .filter(({ value }) => !taken.includes(value))
      .map(({ value, meaning }) => meaning === "" ? `${before}${value}` : `${before}${value}\t${meaning}`);
    if (lines.length > 0) output.line(lines.join("\n"));
  } finally {
    store.close();
  }
}

// What no shell could take for a word as it is, is not offered.
function isPlain({ value }: Suggestion): boolean {
  return !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(value);
}
