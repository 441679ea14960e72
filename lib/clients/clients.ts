import type { Client } from "./client.ts";
import { claudeCode } from "./kinds/claude_code.ts";
import { claudeDesktop } from "./kinds/claude_desktop.ts";
import { codexCli } from "./kinds/codex_cli.ts";
import { cursor } from "./kinds/cursor.ts";
import { geminiCli } from "./kinds/gemini_cli.ts";
import { opencode } from "./kinds/opencode.ts";
import { vscode } from "./kinds/vscode.ts";
import { windsurf } from "./kinds/windsurf.ts";
import { zed } from "./kinds/zed.ts";
import { firstThere, onPath, type Places } from "./places.ts";

/** Every client that we can set up, in the order in which they are listed. */
export const CLIENTS: readonly Client[] = [
  claudeCode,
  codexCli,
  geminiCli,
  cursor,
  vscode,
  claudeDesktop,
  windsurf,
  zed,
  opencode,
];

/** What shows that a client is here: its program or its folder; undefined when nothing does. */
export function traceOf(client: Client, places: Places): string | undefined {
  for (const program of client.programs) {
    const found = onPath(places, program);
    if (found !== undefined) return found;
  }
  return firstThere(client.traces(places));
}
