import { join } from "node:path";
import { PROJECT } from "../../support/source.ts";
import type { TempFolder } from "../../support/folder.ts";
import type { PeerProgram } from "./fault_host.ts";

/**
 * A peer as a later version may be: today's, but for the modules in `newer/` that take the place of those in lib/mesh of the
 * same name. `form`: `more` for one that says more than today's, `other` for one that today's does not understand at all.
 */
export function laterPeer(folder: TempFolder, form: "more" | "other"): PeerProgram {
  const at = (...names: string[]) => `file://${join(PROJECT, ...names)}`;
  const replaced = ["sync_protocol.ts", "sync_answers.ts"].map((name) => [
    at("lib", "mesh", name),
    at("tests", "mesh", "support", "newer", name),
  ]);
  const { imports } = JSON.parse(Deno.readTextFileSync(join(PROJECT, "deno.json")));
  const map = folder.at(`later-${form}.json`);
  const scopes = { [`${at("lib")}/`]: Object.fromEntries(replaced) };
  Deno.writeTextFileSync(map, JSON.stringify({ imports, scopes }));
  const script = join(PROJECT, "tests", "mesh", "support", "peer_process.ts");
  return {
    args: ["run", "--no-check", "--import-map", map, "-P=mesh", script],
    env: { KIOKU_NEWER: form },
  };
}
