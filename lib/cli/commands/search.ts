import type { OpenMemory } from "../../memory/open.ts";
import { markdownEntry, textEntry } from "../../memory/render/entry.ts";
import { memoryJson } from "../../memory/render/json.ts";
import { signatureOf } from "../../memory/render/signature.ts";
import { type Hit, SEARCH_MODES, type SearchFilters, type SearchPage } from "../../memory/search/request.ts";
import { searchMemories } from "../../memory/search/search.ts";
import { behind } from "../behind.ts";
import type { DataCommand } from "../command.ts";
import { filledList, memoryTypes, scope } from "../memory_filters.ts";
import type { Options } from "../options.ts";
import { dimmed, highlight, type Output } from "../output.ts";

/** How many memories are shown unless told otherwise, and how many there can be (compat cli §1.2). */
const LIMIT = 50;
const MOST = 10_000;

/** `kioku-mesh search`: finds memories. */
export const search: DataCommand = {
  access: "listing",
  declare(declaration) {
    declaration
      .argument(
        "[query...]",
        'words, "an exact phrase", -without, project:x tag:x type:x agent:x host:x since:7d until:x',
      )
      .option("-p, --project <name>", "only this project")
      .option("-t, --tags <a,b>", "only with all of these tags")
      .option("--memory-type <kind,kind>", "only these kinds")
      .option("--agent-family <name>", "only by this kind of agent")
      .option("--client-id <name>", "only by this client")
      .option("--pc-id <id>", "only by this host")
      .option("--session-id <id>", "only by this session")
      .option("--scope <scope>", "only of this scope: mesh, user/NAME or team/NAME")
      .option("--source-files <a,b>", "only about any of these files")
      .option("--references <a,b>", "only with any of these references")
      .option("--since <time>", "only created since (2026-01-31, or 7d)")
      .option("--until <time>", "only created until")
      .option("-n, --limit <n>", `show this many at the most (default: ${LIMIT})`)
      .option("--cursor <text>", "go on where an earlier search ended")
      .option("--search-mode <mode>", "and, or, and_or (default: what finds most)")
      .option("--include-superseded", "also what newer memories have replaced")
      .option("--format <form>", "text (default), markdown or json")
      .option("--json", "print JSON: the memories and where to go on");
  },
  run({ memory, options, args, output }) {
    const page = searchMemories(memory, {
      query: args.join(" "),
      mode: options.choice("searchMode", SEARCH_MODES),
      filters: filters(options, memory),
      limit: Math.min(MOST, Math.max(1, options.integer("limit", -MOST, Number.MAX_SAFE_INTEGER) ?? LIMIT)),
      includeSuperseded: options.has("includeSuperseded"),
      cursor: options.filled("cursor"),
    });
    const late = behind(memory, page.hits.length === 0);
    const notices = late === undefined ? page.notices : [...page.notices, late];
    for (const notice of notices) output.note(notice);
    if (options.has("json")) printJson(memory, { ...page, notices }, output);
    else print(memory, page, options.choice("format", ["text", "markdown", "json"]) ?? "text", output);
    return 0;
  },
};

function print(
  memory: OpenMemory,
  { hits, cursor }: SearchPage,
  format: "text" | "markdown" | "json",
  output: Output,
): void {
  if (format === "json") return output.line(`[${jsonOf(memory, hits)}]`);
  if (format === "markdown") {
    for (const { stored: { observation } } of hits) {
      output.line(markdownEntry(observation, { signature: signatureOf(memory, observation) }));
    }
  } else if (hits.length === 0) output.line("No matching memories.");
  else output.line(hits.map((hit) => textHit(memory, hit, output)).join("\n---\n"));
  if (cursor !== undefined) output.note(`There is more: add --cursor ${cursor}`);
}

// What matched is shown below the entry, where the entry itself does not say it already.
function textHit(memory: OpenMemory, { stored: { observation }, snippet }: Hit, output: Output): string {
  const entry = textEntry(observation, { signature: signatureOf(memory, observation) });
  const shown = output.colour ? dimmed(entry) : entry;
  if (!output.isTerminal || snippet === undefined || entry.includes(snippet.text)) return shown;
  return `${shown}
        ${highlight(snippet, output.colour)}`;
}

function printJson(memory: OpenMemory, { hits, cursor, notices }: SearchPage, output: Output): void {
  output.line(
    `{"memories": [${jsonOf(memory, hits)}], "cursor": ${JSON.stringify(cursor ?? null)}, "notices": ${
      JSON.stringify(notices)
    }}`,
  );
}

function jsonOf(memory: OpenMemory, hits: readonly Hit[]): string {
  return hits.map(({ stored: { observation } }) => memoryJson(observation, signatureOf(memory, observation)))
    .join(", ");
}

function filters(options: Options, memory: OpenMemory): SearchFilters {
  const now = memory.clock();
  const optional: { [Name in keyof SearchFilters]: SearchFilters[Name] | undefined } = {
    project: options.filled("project"),
    agentFamily: options.filled("agentFamily"),
    clientId: options.filled("clientId"),
    pcId: options.filled("pcId"),
    sessionId: options.filled("sessionId"),
    scope: scope(options),
    tags: filledList(options.list("tags")),
    memoryTypes: memoryTypes(options),
    sourceFiles: filledList(options.list("sourceFiles")),
    references: filledList(options.list("references")),
    since: options.moment("since", now),
    until: options.moment("until", now),
  };
  return optional;
}
