import * as z from "zod";
import { Failure, UsageError } from "../../core/errors.ts";
import type { MemoryContext } from "../../memory/context.ts";
import { findMemory, type FoundMemory } from "../../memory/find.ts";
import { detailLines } from "../../memory/render/details.ts";
import { neutralise } from "../../memory/render/neutralise.ts";
import { quote } from "../../memory/render/quote.ts";
import { byteLength, jsonLength } from "../../core/bytes.ts";
import { FRAME } from "../frame.ts";
import { itemOf, type Lengths, SHORT, trimmed, WHOLE } from "../item.ts";
import { cursor, MAX_BYTES, maxBytes } from "../parameters.ts";
import { maybe, undeclared } from "../schema.ts";
import { type Tool, tool } from "../tool.ts";

/** States whose memories are shown only when asked for. */
const HIDDEN = ["tombstoned", "shadowed", "purged"];

/** For the line that says that there is more. */
const TAIL = 150;

/** How much of the answer may be about the memory instead of its content, before it is cut short. */
const SHARE = 1 / 3;

/** `get_memory`. */
export const getMemory: Tool = tool({
  name: "get_memory",
  annotations: {
    title: "Read a memory",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  description: "One memory with its whole content, by its id or 8 or more first digits of it.",
  input: z.strictObject({
    observation_id: z.string(),
    include_hidden: maybe(z.boolean()),
    max_bytes: maxBytes,
    cursor,
  }),
  output: undeclared,
  run({ memory }, input) {
    const found = findMemory(memory, input.observation_id);
    const { stored: { observation }, state } = found;
    if (HIDDEN.includes(state) && input.include_hidden !== true) {
      throw new Failure(
        `Cannot show memory ${observation.id}: its state is ${state}. Call again with include_hidden to see it all the same.`,
      );
    }
    const start = startOf(input.cursor, observation.content);
    const most = input.max_bytes ?? MAX_BYTES;
    const whole = aboutMemory(memory, found, WHOLE);
    const { lines, structure } =
      Math.max(byteLength(whole.lines.join("\n")), jsonLength(whole.structure)) <= most * SHARE
        ? whole
        : aboutMemory(memory, found, SHORT);
    const head = [FRAME, ...(start === 0 ? lines : [`id: ${observation.id}`]), "---"].join("\n");
    const room = most - TAIL;
    const end = endOf(observation.content, start, room - byteLength(head), room - jsonLength(structure));
    const piece = observation.content.slice(start, end);
    const body = `${head}\n${quote(piece)}`;
    const answered = { ...structure, memory: { ...structure.memory, content: neutralise(piece) } };
    if (end === observation.content.length) return { text: body, structure: answered };
    return {
      text:
        `${body}\n[more: characters ${start} to ${end} of ${observation.content.length}; call again with cursor "${end}"]`,
      structure: { ...answered, cursor: String(end) },
    };
  },
});

/** What is told of a memory besides its content, as lines and as structure. */
function aboutMemory(memory: MemoryContext, found: FoundMemory, lengths: Lengths) {
  const observation = trimmed(found.stored.observation, lengths);
  const supersededBy = found.supersededBy.slice(0, lengths.ids);
  const stored = { ...found.stored, observation };
  return {
    lines: detailLines(memory, { stored, state: found.state, supersededBy }),
    structure: {
      about: FRAME,
      memory: itemOf(memory, observation, { stored, snippet: undefined }),
      source_files: [...observation.sourceFiles],
      references: [...observation.references],
      supersedes: [...observation.supersedes],
      superseded_by: supersededBy,
      state: found.state,
    },
  };
}

function startOf(cursor: string | undefined, content: string): number {
  if (cursor === undefined) return 0;
  const start = Number(cursor);
  if (/^\d+$/.test(cursor) && start < content.length) return start;
  throw new UsageError(
    `Cannot go on from "${cursor}": it is not a cursor of this memory. Use the one that the last answer gave.`,
  );
}

/**
 * Where a piece of the content ends that begins at `start` and fits into both rooms, in bytes. It never ends within a
 * character of two units: half of one, made visible, takes more room than the whole.
 */
function endOf(content: string, start: number, textRoom: number, jsonRoom: number): number {
  const fits = (end: number) => {
    const piece = content.slice(start, end);
    return byteLength(quote(piece)) <= textRoom && jsonLength(neutralise(piece)) <= jsonRoom;
  };
  let low = start;
  let high = Math.min(content.length, start + textRoom);
  if (high === content.length && fits(high)) return high;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
