import * as z from "zod";
import { takeExpired } from "../../messaging/expiry.ts";
import { undeclared } from "../schema.ts";
import { type Tool, tool } from "../tool.ts";

/** `purge_expired_messages`: what has expired is never shown, whether or not this is called. */
export const purgeExpiredMessages: Tool = tool({
  name: "purge_expired_messages",
  annotations: {
    title: "Purge expired messages",
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  description: "Erase the content of expired messages now; it happens by itself too.",
  input: z.strictObject({}),
  output: undeclared,
  run({ memory }) {
    const purged = takeExpired(memory);
    return { text: `purged ${purged} expired message(s)`, structure: { purged } };
  },
});
