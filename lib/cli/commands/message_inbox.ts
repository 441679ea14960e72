import { takeExpired } from "../../messaging/expiry.ts";
import { findMail } from "../../messaging/mail.ts";
import { scopesOf } from "../../messaging/scopes.ts";
import { terminalContext } from "../../messaging/terminal.ts";
import { withheldMail } from "../../messaging/withheld.ts";
import type { DataCommand } from "../command.ts";
import { messageJson, messageLine } from "../message_lines.ts";

/** How many messages are listed unless told otherwise. */
const LIMIT = 20;

/** `kioku-mesh message inbox`: lists mail. What is listed stays new until it is read. */
export const messageInbox: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .option("--limit <n>", `how many (default: ${LIMIT})`)
      .option("--since <time>", "only what was sent since (2026-01-31, or 7d)")
      .option("--acked", "also what was acknowledged")
      .option("--expired", "also what has expired, of which no content is left")
      .option("--visibility <tier>", "only mesh, user or team")
      .option("--json", "print each as a line of JSON");
  },
  run({ memory, options, output }) {
    const context = terminalContext(memory);
    takeExpired(context);
    const found = findMail(context, {
      limit: options.integer("limit", 1, 10_000) ?? LIMIT,
      scopes: scopesOf(options.tier("visibility"), context.settings),
      since: options.moment("since", context.clock()),
      includeAcked: options.has("acked"),
      includeExpired: options.has("expired"),
    });
    const line = options.has("json") ? messageJson : messageLine;
    for (const { stored, state } of found.mail) output.line(line(stored.message, state));
    if (found.mail.length === 0) output.note("no messages.");
    if (found.more) output.note("There are more: --limit shows them.");
    if (found.held > 0) output.note(`${found.held} more wait for an earlier message of their sender.`);
    for (const { id, reason } of withheldMail(context)) output.note(`${id} came and is withheld: ${reason}.`);
    return 0;
  },
};
