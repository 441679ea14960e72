import { formatTime } from "../../core/time.ts";
import { isShared } from "../../core/shared.ts";
import { inline, seenJson } from "../../memory/render/neutralise.ts";
import { agentsNow } from "../../messaging/agents.ts";
import { terminalContext } from "../../messaging/terminal.ts";
import type { SessionCommand } from "../command.ts";

/** `kioku-mesh agents`: who is there, where, and what for. */
export const agents: SessionCommand = {
  access: "session",
  slot: "look",
  declare(declaration) {
    declaration.option("--json", "print each as a line of JSON");
  },
  run({ memory, slots, options, output }) {
    const { peerRuns, hostName } = memory;
    const found = agentsNow(terminalContext(memory), { isHeld: slots.isHeld, peerRuns, hostName });
    for (const { agent, session, family, host, project, since, scopes, here } of found) {
      output.line(
        options.has("json")
          ? seenJson({
            agent_id: agent,
            session_id: session,
            agent_family: family,
            host,
            project,
            since: formatTime(since),
            scopes,
            here,
          })
          : `${inline(family)}/${inline(agent)}  session:${inline(session)}  ${
            here ? "here" : `on ${inline(host)}`
          }  ` +
            `${inline(project) || "-"}  since ${formatTime(since).slice(0, 16)}Z`,
      );
    }
    if (found.length === 0) output.note("no agent is there.");
    if (isShared(memory.settings) && !peerRuns()) {
      output.note("No peer runs on this host, so agents on other hosts are not seen (`kioku-mesh peer`).");
    }
    return 0;
  },
};
