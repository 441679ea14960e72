import { VERSION } from "../../core/version.ts";
import { servePage } from "../../ui/serve.ts";
import type { MeshHost as ViewedHost, MeshView } from "../../ui/view.ts";
import { type PeerStatus, readPeerStatus } from "../../mesh/peer_status.ts";
import { agentsNow } from "../../messaging/agents.ts";
import { terminalContext } from "../../messaging/terminal.ts";
import { sharing } from "../../memory/sharing.ts";
import type { OpenMemory } from "../../memory/open.ts";
import type { Ended, SessionCommand } from "../command.ts";

/** `kioku-mesh ui`: a page to look at the memory in a browser. */
export const ui: SessionCommand = {
  access: "page",
  slot: "look",
  declare(declaration) {
    declaration.option("--port <port>", "serve it on this port of 127.0.0.1 (default: one that is free)");
  },
  async run({ memory, slots, options, output }): Promise<Ended> {
    const port = options.integer("port", 1, 65_535) ?? 0;
    const page = servePage(
      {
        memory,
        mesh: () => meshView(memory),
        agents: () => agentsNow(terminalContext(memory), { ...memory, isHeld: slots.isHeld }),
      },
      port,
    );
    output.line(page.address);
    output.note("Open this address in a browser on this machine; it works once. Ctrl-C ends the page.");
    await page.finished;
    return 0;
  },
};

function meshView(memory: OpenMemory): MeshView | undefined {
  const shared = sharing(memory, memory.peerRuns);
  if (shared === undefined) return undefined;
  const status = readPeerStatus(memory.store);
  const now = shared.peerRuns ? status : undefined;
  return {
    peerRuns: shared.peerRuns,
    hosts: hostsOf(memory, now),
    waiting: shared.waiting,
    since: shared.since,
    lastReconcile: status?.lastReconcile,
    lag: now?.lag,
    warning: shared.warning,
  };
}

// Those that show themselves, and the rest that there is a link to: hosts of Python's version say nothing of themselves.
function hostsOf({ identity, hostName, settings }: OpenMemory, now: PeerStatus | undefined): ViewedHost[] {
  const role = settings.mode === "hub" ? "hub" : "spoke";
  const here = {
    name: hostName,
    id: identity.pcId,
    role,
    version: VERSION,
    linked: now?.routerUp ?? false,
  } as const;
  const others = now?.hosts.filter(({ id }) => id !== identity.pcId) ?? [];
  const silent = now?.connected.filter((zid) => !others.some((other) => other.zid === zid)) ?? [];
  return [
    { ...here, isHere: true },
    ...others.map((host) => ({ ...host, linked: true, isHere: false })),
    ...silent.map((zid) => ({
      name: zid.slice(0, 8),
      id: undefined,
      role: undefined,
      version: undefined,
      linked: true,
      isHere: false,
    })),
  ];
}
