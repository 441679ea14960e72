import { SECOND } from "../../core/clock.ts";
import { UsageError } from "../../core/errors.ts";
import { takeExpired } from "../../messaging/expiry.ts";
import { findMail, noteShown } from "../../messaging/mail.ts";
import type { Message } from "../../messaging/message.ts";
import { terminalContext } from "../../messaging/terminal.ts";
import { paneRefusal, typingRefusal } from "../../messaging/typed.ts";
import { sleep, systemTimer } from "../../mesh/timer.ts";
import { dataVersion } from "../../store/changes.ts";
import type { DataCall, DataCommand } from "../command.ts";
import { keepOnly } from "../lockdown.ts";
import { messageJson } from "../message_lines.ts";
import { typedText, typeInto } from "../tmux.ts";
import { LONGEST_WAIT } from "../waiting.ts";

/** How many messages are taken at a time. */
const BATCH = 100;

/** How often it is looked whether somebody has written to the database. Milliseconds. */
const LOOK_MS = 100;

/** Mail that waits for an earlier message of its sender is looked for again without any news. Looks. */
const LOOK_ANYWAY = 10;

/** `kioku-mesh message watch`: prints new messages as they come, each a line of JSON. */
export const messageWatch: DataCommand = {
  access: "watch",
  declare(declaration) {
    declaration
      .option("--once", "end with the first messages")
      .option("--for <seconds>", "end after so long (default: when it is told to)")
      .option("--tmux <pane>", "also type messages into a pane, as far as config.yaml allows it");
  },
  async run(call): Promise<0 | 1> {
    const { memory, options } = call;
    const pane = options.filled("tmux");
    // Nothing but tmux is ever started, and that only when it was asked for.
    if (pane === undefined) keepOnly([]);
    else requirePane(call, pane);
    const context = terminalContext(memory);
    const seconds = options.integer("for", 1, LONGEST_WAIT);
    const over = seconds === undefined ? Infinity : context.clock() + seconds * SECOND;
    const request = {
      limit: BATCH,
      scopes: context.settings.readable,
      since: undefined,
      includeAcked: false,
      includeExpired: false,
    };
    let version: number | undefined;
    for (let looks = 0; context.clock() < over; looks++) {
      const now = dataVersion(memory.store);
      if (now !== version || looks % LOOK_ANYWAY === 0) {
        version = now;
        takeExpired(context);
        const fresh = findMail(context, request).mail.filter(({ state }) => state === "new");
        // Printed first: what a reader did not get is new the next time.
        for (const { stored } of fresh) call.output.line(messageJson(stored.message, "new"));
        noteShown(context, fresh, false);
        if (pane !== undefined) { for (const { stored } of fresh) await type(call, pane, stored.message); }
        if (fresh.length > 0 && options.has("once")) return 0;
      }
      await sleep(systemTimer, LOOK_MS);
    }
    return options.has("once") ? 1 : 0;
  },
};

function requirePane({ memory }: DataCall, pane: string): void {
  const refusal = paneRefusal(memory.host.messaging.tmux, pane);
  if (refusal !== undefined) throw new UsageError(`Cannot type into tmux: ${refusal}.`);
}

// Typing is no acknowledgement, and what cannot be typed stops nothing.
async function type({ memory, output }: DataCall, pane: string, message: Message): Promise<void> {
  const refusal = typingRefusal(memory.host.messaging.tmux, message);
  if (refusal !== undefined) return output.note(`${message.id} is not typed: ${refusal}.`);
  try {
    await typeInto(pane, typedText(message));
  } catch (error) {
    output.note(error instanceof Error ? error.message : String(error));
  }
}
