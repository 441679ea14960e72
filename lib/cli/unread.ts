import type { OpenMemory } from "../memory/open.ts";

/** A line about messages that wait for this agent; undefined when there are none. There are no messages yet. */
export function unreadLine(_memory: OpenMemory): string | undefined {
  return undefined;
}
