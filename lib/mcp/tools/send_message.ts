import * as z from "zod";
import { SECOND } from "../../core/clock.ts";
import { scopeLabel } from "../../core/scope.ts";
import { formatTime } from "../../core/time.ts";
import { sharing } from "../../memory/sharing.ts";
import { LONGEST_TTL, sendMessage as send } from "../../messaging/send.ts";
import { visibility } from "../parameters.ts";
import { maybe, undeclared } from "../schema.ts";
import { type Tool, tool } from "../tool.ts";

/** `send_message`. */
export const sendMessage: Tool = tool({
  name: "send_message",
  annotations: {
    title: "Send a message",
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: false,
  },
  description: "Send a message to other agents, on this host or others. It waits for those that are away.",
  input: z.strictObject({
    to: maybe(z.string()).describe(
      "agent:ID, session:ID, user:ID, team:ID or mesh; default: who sent reply_to",
    ),
    body: z.string(),
    subject: maybe(z.string()),
    reply_to: maybe(z.string()),
    requires_ack: maybe(z.boolean()),
    ttl_sec: maybe(z.int().min(1).max(LONGEST_TTL / SECOND)).describe("default 30 days"),
    content_type: maybe(z.string()),
    correlation_id: maybe(z.string()),
    visibility,
    msg_id: maybe(z.string()).describe("to try again"),
  }),
  output: undeclared,
  run({ memory, peerRuns }, input) {
    const { message, again } = send(memory, {
      to: input.to,
      subject: input.subject ?? "",
      body: input.body,
      contentType: input.content_type,
      replyTo: input.reply_to,
      correlation: input.correlation_id,
      ttl: input.ttl_sec === undefined ? undefined : input.ttl_sec * SECOND,
      requiresAck: input.requires_ack ?? false,
      visibility: input.visibility,
      id: input.msg_id,
    });
    const scope = scopeLabel(message.scope);
    const warning = sharing(memory, peerRuns)?.warning;
    const structure = {
      msg_id: message.id,
      status: again ? "sent before" : "sent",
      scope,
      ...(message.expiresAt === undefined ? {} : { expires_at: formatTime(message.expiresAt) }),
      ...(warning === undefined ? {} : { warning }),
    };
    const text = `${structure.status}: ${message.id} (scope=${scope})`;
    return { text: warning === undefined ? text : `${text}\n${warning}`, structure };
  },
});
