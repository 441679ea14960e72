import { EVENTS, type HookEvent } from "../../clients/client.ts";
import { hookAnswer, type Said } from "../../clients/hook_answer.ts";
import { isDecision, looksUnsaved } from "../../clients/transcript.ts";
import { UsageError } from "../../core/errors.ts";
import { formatTime } from "../../core/time.ts";
import { unreadLineOf } from "../../messaging/unread.ts";
import type { OpenMemory } from "../../memory/open.ts";
import { inline } from "../../memory/render/neutralise.ts";
import { rememberUnsaved, takeUnsaved } from "../../memory/unsaved.ts";
import type { HookCommand } from "../command.ts";
import { type HookInput, readHookInput } from "../hook_input.ts";
import { recentContext } from "../recent_context.ts";

/** After how many decisions without a save a prompt brings a reminder, and then again after as many. */
const EVERY = 4;

/**
 * `kioku-mesh hook EVENT`: what agents' hooks call. It reads what the client sends, answers in the client's form, and never
 * fails a session: the exit code is always 0, and what went wrong is said on standard error with --debug alone.
 */
export const hook: HookCommand = {
  access: "hook",
  declare(declaration) {
    declaration
      .argument("<event>", EVENTS.join(", "))
      .option("--client <name>", "the client that asks, whose form the answer has; plain text without it");
  },
  prepare({ workingFolder }, [name], options) {
    const event = EVENTS.find((one) => one === name);
    if (event === undefined) {
      throw new UsageError(`Cannot run hook ${name}: it is not one of ${EVENTS.join(", ")}.`);
    }
    const client = options.filled("client");
    const input = readHookInput(workingFolder);
    return ({ memory, output }) => {
      const answer = hookAnswer(client, event, said(event, client, input, memory));
      if (answer !== undefined) output.line(answer);
      return 0;
    };
  },
};

function said(event: HookEvent, client: string | undefined, input: HookInput, memory: OpenMemory): Said {
  switch (event) {
    case "session-start":
      return { context: together(opening(input, memory), unread(memory, client)) };
    case "prompt":
      return { context: together(reminder(input), unread(memory, client)) };
    case "pre-compact":
      return looksUnsaved(input.tally) ? { message: warning(input) } : {};
    case "session-end":
      if (!looksUnsaved(input.tally)) return {};
      rememberUnsaved(memory.store, {
        project: input.project,
        endedAt: memory.clock(),
        decisions: input.tally.decisions,
        client: client ?? "a client",
        transcript: input.transcript ?? "",
      });
      return { message: warning(input) };
  }
}

// A hook does not see the variables of its client's registration, which give the client's name as the client id.
function unread(memory: OpenMemory, client: string | undefined): string | undefined {
  return unreadLineOf(memory, client ?? memory.identity.clientId);
}

// A session that goes on has its context already; after a compaction it has lost it, and with it what was not saved.
function opening(input: HookInput, memory: OpenMemory): string | undefined {
  if (input.source === "resume") return undefined;
  const unsaved = input.source === "compact"
    ? looksUnsaved(input.tally) ? lost(input) : undefined
    : before(input.project, memory);
  return together(recentContext(memory, input.project), unsaved);
}

function lost({ tally }: HookInput): string {
  return `The conversation was compacted after ${
    count(tally.decisions)
  } of its user and ${tally.saves} saves. ` +
    "If its summary tells of a decision, preference or cause that was not saved, call save_observation now.";
}

function before(project: string, memory: OpenMemory): string | undefined {
  const session = takeUnsaved(memory.store, project);
  if (session === undefined) return undefined;
  const when = formatTime(session.endedAt).slice(0, 16).replace("T", " ");
  const where = session.transcript === "" ? "" : ` Its transcript: ${inline(session.transcript)}`;
  return `The session before this one (${inline(session.client)}, ended ${when} UTC) had ${
    count(session.decisions)
  } ` +
    `of its user and hardly saved any. If the task at hand rests on them, look there, and save what holds.${where}`;
}

function reminder({ prompt, tally }: HookInput): string | undefined {
  // The prompt itself may stand in the transcript already; either way this comes once in so many decisions.
  if (!isDecision(prompt) || tally.sinceSave === 0 || tally.sinceSave % EVERY !== 0) return undefined;
  return `${tally.sinceSave} decisions of the user since the last save. Save with save_observation what the next agent needs.`;
}

function warning({ tally }: HookInput): string {
  const saves = tally.saves === 0 ? "none of them saved" : `${tally.saves} saved`;
  return `kioku-mesh: this session had ${
    count(tally.decisions)
  }, ${saves}. Ask the agent to save what should be remembered.`;
}

function count(decisions: number): string {
  return decisions === 1 ? "1 decision" : `${decisions} decisions`;
}

function together(...parts: readonly (string | undefined)[]): string | undefined {
  const there = parts.filter((part) => part !== undefined);
  return there.length === 0 ? undefined : there.join("\n\n");
}
