import * as z from "zod";
import { jsonLength } from "../../core/bytes.ts";
import { pythonJson } from "../../core/json.ts";
import type { MemoryContext } from "../../memory/context.ts";
import { takeExpired } from "../../messaging/expiry.ts";
import { findMail, type Mail, noteShown } from "../../messaging/mail.ts";
import { scopesOf } from "../../messaging/scopes.ts";
import { signatureText } from "../../messaging/signature.ts";
import { type Withheld, withheldMail } from "../../messaging/withheld.ts";
import { MESSAGE_FRAME, type MessageItem, messageItem } from "../message_item.ts";
import { MAX_BYTES, moment, visibility } from "../parameters.ts";
import { maybe, undeclared } from "../schema.ts";
import { type Tool, tool } from "../tool.ts";

/** How many messages are shown unless the call says otherwise (compat cli §2.3). */
const LIMIT = 20;

/** `check_messages`. What did not fit stays new, and comes with the next call. */
export const checkMessages: Tool = tool({
  name: "check_messages",
  annotations: {
    title: "Check messages",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  description: "Messages from other agents to you: new ones first, then those you have not acknowledged.",
  input: z.strictObject({
    limit: maybe(z.int().min(1).max(100)),
    visibility,
    include_acked: maybe(z.boolean()),
    include_expired: maybe(z.boolean()),
    since_iso: maybe(z.string()),
  }),
  output: undeclared,
  run({ memory }, input) {
    const since = moment("since_iso", input.since_iso, memory.clock);
    takeExpired(memory);
    const found = findMail(memory, {
      limit: input.limit ?? LIMIT,
      scopes: scopesOf(input.visibility, memory.settings),
      since,
      includeAcked: input.include_acked ?? false,
      includeExpired: input.include_expired ?? false,
    });
    const { mail, items } = fit(memory, found.mail);
    const withheld = withheldMail(memory);
    noteShown(memory, mail, withheld.length > 0);
    const structure = {
      about: MESSAGE_FRAME,
      messages: items,
      count: items.length,
      truncated: found.more || items.length < found.mail.length,
      diagnostics: [...withheld.map(diagnostic), ...(found.held > 0 ? [waiting(found.held)] : [])],
    };
    return { text: pythonJson(structure), structure };
  },
});

// As many as the answer may hold; the first is always among them.
function fit(memory: MemoryContext, mail: readonly Mail[]): { mail: Mail[]; items: MessageItem[] } {
  const shown: { mail: Mail[]; items: MessageItem[] } = { mail: [], items: [] };
  let room = MAX_BYTES;
  for (const one of mail) {
    const item = messageItem(one, signatureText(memory, one.stored));
    room -= jsonLength(item);
    if (room < 0 && shown.items.length > 0) break;
    shown.mail.push(one);
    shown.items.push(item);
  }
  return shown;
}

function diagnostic({ id, code, reason }: Withheld): Record<string, string> {
  return { code, msg_id: id, reason };
}

function waiting(count: number): Record<string, unknown> {
  return { code: "waiting_for_order", count, reason: "an earlier message of the same sender is on its way" };
}
