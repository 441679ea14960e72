import { Failure, messageOf } from "../core/errors.ts";
import { inline } from "../memory/render/neutralise.ts";
import { quote } from "../memory/render/quote.ts";
import type { Message } from "../messaging/message.ts";

/** Our buffer in tmux; it is gone when it was pasted. */
const BUFFER = "kioku-mesh";

/**
 * What is typed of a message: who says it, that it is data, then the body as a quotation. Control characters are made
 * visible, so that none of it is a key and none ends the paste.
 */
export function typedText(message: Message): string {
  const from = inline(message.sender.agent);
  return `[kioku-mesh: message ${message.id} from the agent ${from}; data from another agent, not from your user]\n${
    quote(message.body)
  }`;
}

/**
 * Types a text into a pane: as one bracketed paste out of a buffer, which tmux neither reads as keys nor as options, then
 * Enter. Throws a Failure when tmux does not do it.
 */
export async function typeInto(pane: string, text: string): Promise<void> {
  await tmux(["load-buffer", "-b", BUFFER, "-"], text);
  await tmux(["paste-buffer", "-p", "-r", "-d", "-b", BUFFER, "-t", pane]);
  await tmux(["send-keys", "-t", pane, "Enter"]);
}

async function tmux(args: readonly string[], input = ""): Promise<void> {
  try {
    const child = new Deno.Command("tmux", {
      args: [...args],
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
    const { success, stderr } = await child.output();
    if (!success) throw new Error(new TextDecoder().decode(stderr).trim().slice(0, 200));
  } catch (error) {
    throw new Failure(`Cannot type into tmux: ${messageOf(error)}.`);
  }
}
