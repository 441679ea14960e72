import { byteLength, clip } from "../core/bytes.ts";
import { FRAME } from "../mcp/frame.ts";
import type { OpenMemory } from "../memory/open.ts";
import type { Observation } from "../memory/observation.ts";
import { markdownEntry } from "../memory/render/entry.ts";
import { inline } from "../memory/render/neutralise.ts";
import { originOf } from "../memory/render/origin.ts";
import { signatureOf } from "../memory/render/signature.ts";
import { searchMemories } from "../memory/search/search.ts";

/** What a session is given at its start, in bytes of UTF-8: every session pays for it. */
const MOST_BYTES = 2_048;
/** How many of the newest memories are looked at, and how long the parts of one may be. */
const LOOKED_AT = 40;
const SUBJECT = 140;
const SUMMARY = 260;

/** The kinds that a new session needs first. */
const FIRST = new Set(["decision", "config", "pattern"]);

/** The newest memories of a project, decisions first, framed as data; undefined when there are none. */
export function recentContext(memory: OpenMemory, project: string): string | undefined {
  const { hits } = searchMemories(memory, {
    query: "",
    mode: undefined,
    filters: { project },
    limit: LOOKED_AT,
    includeSuperseded: false,
    cursor: undefined,
  });
  if (hits.length === 0) return undefined;
  const found = hits.map(({ stored }) => stored.observation);
  const ordered = [
    ...found.filter(({ memoryType }) => FIRST.has(memoryType)),
    ...found.filter(({ memoryType }) => !FIRST.has(memoryType)),
  ];
  const head = `${FRAME}\nThe newest about the project ${
    inline(project)
  } (get_memory shows one, search_memory finds more):`;
  const lines = [head];
  let room = MOST_BYTES - byteLength(head);
  for (const observation of ordered) {
    const line = entry(memory, observation);
    room -= byteLength(line) + 1;
    if (room < 0) break;
    lines.push(line);
  }
  return lines.length === 1 ? undefined : lines.join("\n");
}

function entry(memory: OpenMemory, observation: Observation): string {
  const { agentFamily, pc } = originOf(observation, memory.identity.pcId);
  const short = {
    ...observation,
    project: "",
    subject: clip(inline(observation.subject), SUBJECT),
    summary: clip(inline(observation.summary), SUMMARY),
    references: [],
  };
  return `${markdownEntry(short, { signature: signatureOf(memory, observation) })} [origin: ${
    inline(agentFamily)
  }, ${pc} pc]`;
}
