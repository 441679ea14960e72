import type { HookEvent } from "./client.ts";

/** What a hook has to say: to the model, and to the person in front of it. */
export interface Said {
  readonly context?: string | undefined;
  readonly message?: string | undefined;
}

/** The names under which clients that take Claude Code's form of answer know the events with context. */
const CONTEXT_EVENTS: Readonly<Record<string, Readonly<Partial<Record<HookEvent, string>>>>> = {
  "claude-code": { "session-start": "SessionStart", prompt: "UserPromptSubmit" },
  "codex-cli": { "session-start": "SessionStart", prompt: "UserPromptSubmit" },
  "gemini-cli": { "session-start": "SessionStart", prompt: "BeforeAgent" },
  vscode: { "session-start": "SessionStart" },
};

/**
 * What goes to standard output, in the form that the client reads (docs/adr/0012); undefined when there is nothing to say
 * that it would pass on. Without a client it is plain text.
 */
export function hookAnswer(
  client: string | undefined,
  event: HookEvent,
  { context, message }: Said,
): string | undefined {
  if (client === undefined) {
    return [context, message].filter((text) => text !== undefined).join("\n\n") || undefined;
  }
  if (client === "cursor") return json({ additional_context: context, user_message: message });
  const name = CONTEXT_EVENTS[client]?.[event];
  const specific = name === undefined || context === undefined
    ? undefined
    : { hookEventName: name, additionalContext: context };
  return json({ systemMessage: message, hookSpecificOutput: specific });
}

function json(members: Readonly<Record<string, unknown>>): string | undefined {
  return Object.values(members).every((member) => member === undefined) ? undefined : JSON.stringify(members);
}
