import { relative } from "node:path";
import { UsageError } from "../core/errors.ts";
import { scopeFor } from "../core/settings.ts";
import { scopeLabel } from "../core/scope.ts";
import { isFolder } from "../core/files.ts";
import { importFolder } from "../memory/import.ts";
import { type Format, FORMATS } from "../memory/intake/entry.ts";
import { countPython } from "../memory/intake/python_folder.ts";
import { isPythonFolder, type Source, sourcesAt, UnreadableFile } from "../memory/intake/sources.ts";
import { takeEntries } from "../memory/intake/take.ts";
import { emptyTally, type Tally } from "../memory/intake/tally.ts";
import { sharing } from "../memory/sharing.ts";
import type { Ended, FilesCall } from "./command.ts";
import { keepOnly } from "./lockdown.ts";

/** How many problems of a file are listed at the most. */
const LISTED = 20;

/** What became of a file, or of the files of one form in a folder. */
interface Taken {
  readonly path: string;
  readonly format: Format;
  files: number;
  readonly tally: Tally;
}

/** A file and the path that was named. */
interface Named extends Source {
  readonly root: string;
}

/**
 * Takes memories in from files and folders, or counts what that would do. Exit code 1 when an entry could not be taken; the
 * rest is taken all the same.
 */
export function importPaths(
  call: FilesCall,
  paths: readonly string[],
  from: Format | "python" | undefined,
): Ended {
  const { memory, options, output } = call;
  const isPython = (path: string) =>
    from === "python" || (from === undefined && isFolder(path) && isPythonFolder(path));
  const folders = paths.filter(isPython);
  const format = FORMATS.find((known) => known === from);
  const project = options.filled("project");
  const sources = paths.filter((path) => !isPython(path)).flatMap((root) =>
    sourcesAt(root, { format, project, shown: (file) => shownPath(call, file) })
      .map((source) => ({ ...source, root }))
  );
  const unknown = sources.filter((source) => source.format === undefined);
  if (unknown.length > 0 && unknown.length === sources.length && folders.length === 0) {
    throw new UsageError(
      `Cannot import ${
        unknown[0]?.path
      }: it has none of the forms that are known. Say which it is by --from.`,
    );
  }
  const intake = {
    dryRun: options.has("dryRun"),
    allowSecret: options.has("allowSecret"),
    scope: scopeFor(options.tier("visibility"), memory.settings),
  };
  // Only files of the Python version may have to be copied to be read.
  if (folders.length === 0) keepOnly(["read", "env"]);
  const python = folders.map((folder) => importPython(call, folder));
  const taken: Taken[] = [];
  for (const source of sources) take(call, source, intake, taken);
  if (options.has("json")) {
    output.line(JSON.stringify({
      dry_run: intake.dryRun,
      files: taken.map(asJson),
      python,
      unknown: unknown.map(({ path }) => path),
    }));
  } else {
    for (const one of taken) print(call, one, intake.dryRun);
    for (const { path } of unknown) {
      output.note(`${relative(Deno.cwd(), path)}: of no form that is known; left out`);
    }
    const scopes = new Set(taken.map((one) => isOurs(one.format) ? "" : scopeLabel(intake.scope)));
    scopes.delete("");
    for (const scope of scopes) output.line(`notes go to: ${scope}`);
    if (intake.dryRun) output.line("dry run: nothing was taken.");
  }
  const warning = intake.dryRun ? undefined : sharing(memory, memory.peerRuns)?.warning;
  if (warning !== undefined) output.note(warning);
  const failed = taken.some(({ tally }) => tally.problems.some(({ kind }) => kind !== "flagged"));
  return failed || unknown.length > 0 ? 1 : 0;
}

function take(
  call: FilesCall,
  { root, path, format, entries }: Named,
  intake: Parameters<typeof takeEntries>[3],
  taken: Taken[],
): void {
  const { memory, output } = call;
  if (format === undefined) return;
  let sum = taken.find((one) => one.path === root && one.format === format);
  if (sum === undefined) taken.push(sum = { path: root, format, files: 0, tally: emptyTally() });
  const { tally } = sum;
  const before = tally.problems.length;
  sum.files++;
  try {
    takeEntries(memory, entries(), path, intake, tally, () => {
      const done = tally.added + tally.known + tally.kept + tally.deleted + tally.otherScopes;
      output.progress(`Importing ${relative(Deno.cwd(), path)}: ${done} entries`);
    });
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    tally.problems.push({ where: relative(Deno.cwd(), path), kind: "unreadable", reason: error.message });
    return;
  }
  if (root === path) return;
  const file = relative(root, path);
  const fresh = tally.problems.splice(before);
  tally.problems.push(
    ...fresh.map((one) => ({ ...one, where: one.where === file ? file : `${file}, ${one.where}` })),
  );
}

function importPython({ memory, options, output }: FilesCall, folder: string): unknown {
  const { state } = memory.folders;
  if (options.has("dryRun")) {
    const counts = countPython(folder, state);
    if (!options.has("json")) {
      for (const { name, count } of counts) output.line(`${folder}/${name} (python): ${count} records`);
    }
    return { folder, records: counts };
  }
  const { added, deleted, notices } = importFolder(memory, folder, undefined, state, (done, total) => {
    output.progress(`Taking over what the Python version saved: ${done} of ${total}`);
  });
  if (!options.has("json")) {
    output.line(`${folder} (python): ${added} added, ${deleted} deleted`);
    for (const notice of notices) output.note(notice);
  }
  return { folder, added, deleted, notices };
}

function isOurs(format: Format): boolean {
  return format === "jsonl" || format === "markdown";
}

function print({ output }: FilesCall, { path, format, files, tally }: Taken, dryRun: boolean): void {
  const { problems } = tally;
  const of = (kind: string) => problems.filter((problem) => problem.kind === kind).length;
  const counts: readonly (readonly [count: number, words: string])[] = [
    [tally.deleted, "deletions"],
    [tally.known, "known"],
    [tally.kept, "changed or deleted here since, left as they are"],
    [tally.otherScopes, "of other users or teams, skipped"],
    [of("flagged"), "kept from the mesh for a secret (`kioku-mesh secrets`)"],
    [of("refused"), "refused for a secret (--allow-secret takes them)"],
    [of("unreadable"), "unreadable"],
  ];
  const replacing = tally.replacing === 0 ? "" : ` (${tally.replacing} in place of earlier ones)`;
  const rest = counts.filter(([count]) => count > 0).map(([count, words]) => `, ${count} ${words}`).join("");
  const several = files === 1 ? "" : ` in ${files} files`;
  output.line(
    `${relative(Deno.cwd(), path) || "."} (${format}${several}): ${tally.added} ${
      dryRun ? "to add" : "added"
    }${replacing}${rest}`,
  );
  for (const { where, kind, reason } of problems.slice(0, LISTED)) {
    output.note(`  ${kind}: ${where}: ${reason}`);
  }
  if (problems.length > LISTED) output.note(`  and ${problems.length - LISTED} more`);
}

function asJson({ path, format, files, tally }: Taken): unknown {
  const { otherScopes, problems, ...counts } = tally;
  return { path, format, files, ...counts, other_scopes: otherScopes, problems };
}

// As people write it, and without the name of the user: a memory may go to others.
function shownPath({ around }: FilesCall, path: string): string {
  const home = around.env.other("HOME") ?? around.env.other("USERPROFILE");
  const below = home === undefined ? undefined : relative(home, path);
  const shown = below === undefined || below.startsWith("..") ? path : `~/${below}`;
  return shown.replaceAll("\\", "/");
}
