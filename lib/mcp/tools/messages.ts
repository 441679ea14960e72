import * as z from "zod";
import { Failure } from "../../core/errors.ts";
import { pythonJson } from "../../core/json.ts";
import { moment, visibility } from "../parameters.ts";
import { maybe } from "../schema.ts";
import { type Tool, tool } from "../tool.ts";

const LATER = "Messages between agents come with a later version of kioku-mesh.";

/** `check_messages`: no error, since agents poll it. */
export const checkMessages: Tool = tool({
  name: "check_messages",
  annotations: {
    title: "Check messages",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  description: "Messages from other agents. Not available yet.",
  input: z.strictObject({
    limit: maybe(z.int().min(1).max(100)),
    visibility,
    include_acked: maybe(z.boolean()),
    include_expired: maybe(z.boolean()),
    since_iso: maybe(z.string()),
  }),
  output: z.looseObject({ messages: z.array(z.looseObject({})), count: z.number(), note: z.string() }),
  run({ memory }, { since_iso }) {
    moment("since_iso", since_iso, memory.clock);
    const structure = { messages: [], count: 0, truncated: false, diagnostics: [], note: LATER };
    return { text: pythonJson(structure), structure };
  },
});

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
  description: "Acknowledge a message. Not available yet.",
  input: z.strictObject({ msg_id: z.string(), visibility }),
  output: z.object({ acked: z.string() }),
  run() {
    throw new Failure(`Cannot acknowledge a message: there are none. ${LATER}`);
  },
});

/** `purge_expired_messages`. */
export const purgeExpiredMessages: Tool = tool({
  name: "purge_expired_messages",
  annotations: {
    title: "Purge expired messages",
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  description: "Remove expired messages. Not available yet.",
  input: z.strictObject({}),
  output: z.object({ purged: z.number(), note: z.string() }),
  run() {
    return { text: `purged 0 expired message(s)\n${LATER}`, structure: { purged: 0, note: LATER } };
  },
});
