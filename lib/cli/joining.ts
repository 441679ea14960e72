import { UsageError } from "../core/errors.ts";
import { keepAtHome } from "../memory/at_home.ts";
import type { OpenMemory } from "../memory/open.ts";
import { inline } from "../memory/render/neutralise.ts";
import { share, type Shared, storedByProject } from "../memory/share.ts";
import type { Count } from "../memory/stats.ts";
import type { Output } from "./output.ts";

/** What became of the memories of a host that joined a mesh. */
export interface Joined {
  /** How many records go out. */
  readonly shared: number;
  /** How many memories were there. */
  readonly stored: number;
}

/** How many projects are listed at the most. */
const MOST = 20;

/**
 * What a host that joins a mesh shares of what is stored here: what was chosen, or what a person on a terminal answers; nobody
 * else shares anything (DESIGN §5). Throws a UsageError for what is not there.
 */
export function chooseShared(memory: OpenMemory, given: string | undefined, output: Output): Shared {
  const projects = storedByProject(memory.store);
  const stored = total(projects);
  return readShared(given ?? (stored === 0 ? "none" : ask(projects, stored, output)), projects);
}

/** Makes what is stored ready for the mesh: what was chosen goes out, the rest stays until `kioku-mesh share`. */
export function join(memory: OpenMemory, chosen: Shared): Joined {
  const stored = total(storedByProject(memory.store));
  const shared = memory.store.write(() => {
    keepAtHome(memory.store);
    return share(memory.store, chosen, memory.clock());
  });
  return { shared, stored };
}

function total(projects: readonly Count[]): number {
  return projects.reduce((sum, { count }) => sum + count, 0);
}

/** Reads what `--share` and `share` take: all, none or projects. Throws a UsageError for one that is not there. */
export function readShared(text: string, projects: readonly Count[]): Shared {
  const words = text.split(",").map((word) => word.trim()).filter((word) => word !== "");
  if (words.length === 1 && words[0] === "all") return "all";
  if (words.length === 0 || (words.length === 1 && words[0] === "none")) return [];
  const unknown = words.find((word) => !projects.some(({ name }) => name === word));
  if (unknown === undefined) return words;
  throw new UsageError(
    `Cannot share "${unknown}": no memory of such a project is kept here. Give all, none or the names of projects.`,
  );
}

/** The lines that show how many memories there are of each project. */
export function projectLines(projects: readonly Count[]): string[] {
  const lines = projects.slice(0, MOST).map(({ name, count }) =>
    `  ${name === "" ? "(no project)" : inline(name)}: ${count}`
  );
  return projects.length <= MOST ? lines : [...lines, `  ${projects.length - MOST} more projects`];
}

function ask(projects: readonly Count[], stored: number, output: Output): string {
  if (!Deno.stdin.isTerminal()) return "none";
  output.note(`${stored} memories are stored here:`);
  for (const line of projectLines(projects)) output.note(line);
  output.note("Which are to be shared with the mesh? all, none, or projects separated by commas [none]:");
  const answer = new Uint8Array(4096);
  const length = Deno.stdin.readSync(answer) ?? 0;
  return new TextDecoder().decode(answer.subarray(0, length)).trim() || "none";
}
