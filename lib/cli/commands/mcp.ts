import { basename } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { serve } from "../../mcp/serve.ts";
import { noteShown } from "../../messaging/mail.ts";
import { beginSession, endSession, sessionsHere } from "../../messaging/sessions.ts";
import { behind } from "../behind.ts";
import type { SessionCommand } from "../command.ts";

/**
 * `kioku-mesh mcp serve`: the MCP server on standard input and output. Like every data command it opens the memory, gives
 * up every permission and only then reads what a client sends. Nothing but protocol goes to standard output. As long as
 * it runs, it is a session of this host.
 */
export const mcp: SessionCommand = {
  access: "session",
  slot: "hold",
  declare() {},
  check({ env }) {
    if (Deno.stdin.isTerminal() && env.ours("MCP_ALLOW_TTY")?.trim() !== "1") {
      throw new UsageError(
        "Cannot serve MCP to a terminal: an agent starts this program itself. Run `kioku-mesh mcp install` to " +
          "register it, or set KIOKU_MESH_MCP_ALLOW_TTY=1 to type the protocol by hand.",
      );
    }
  },
  async run({ memory, slots, output }): Promise<0> {
    const over = serve(
      {
        memory,
        startedAt: memory.clock(),
        peerRuns: memory.peerRuns,
        agents: { isHeld: slots.isHeld, peerRuns: memory.peerRuns, hostName: memory.hostName },
        behind: (nothing) => behind(memory, nothing),
        notices: memory.notices,
      },
      (line) => output.note(line),
    );
    // What a client sends is read later, so that it does not wait for the disk. Sessions that were killed are noted as ended.
    sessionsHere(memory.store, slots.isHeld, memory.clock());
    beginSession(memory, basename(memory.workingFolder), slots.own);
    // What an earlier session has seen to is not gone through again at every call.
    noteShown(memory, [], true);
    await over;
    endSession(memory);
    return 0;
  },
};
