import * as z from "zod";
import { acknowledge } from "../../messaging/acknowledge.ts";
import { scopesOf } from "../../messaging/scopes.ts";
import { visibility } from "../parameters.ts";
import { undeclared } from "../schema.ts";
import { type Tool, tool } from "../tool.ts";

/** `ack_message`. */
export const ackMessage: Tool = tool({
  name: "ack_message",
  annotations: {
    title: "Acknowledge a message",
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  description: "Tell the sender that you have dealt with a message.",
  input: z.strictObject({ msg_id: z.string(), visibility }),
  output: undeclared,
  run({ memory }, input) {
    const { scope } = acknowledge(memory, input.msg_id, scopesOf(input.visibility, memory.settings));
    return { text: `acked: ${input.msg_id} (scope=${scope})`, structure: { acked: input.msg_id, scope } };
  },
});
