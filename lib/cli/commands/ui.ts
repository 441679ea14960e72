import { servePage } from "../../ui/serve.ts";
import type { MeshView } from "../../ui/view.ts";
import { readPeerStatus } from "../../mesh/peer_status.ts";
import { sharing } from "../../memory/sharing.ts";
import type { OpenMemory } from "../../memory/open.ts";
import type { DataCommand, Ended } from "../command.ts";

/** `kioku-mesh ui`: a page to look at the memory in a browser. */
export const ui: DataCommand = {
  access: "page",
  declare(declaration) {
    declaration.option("--port <port>", "serve it on this port of 127.0.0.1 (default: one that is free)");
  },
  async run({ memory, options, output }): Promise<Ended> {
    const port = options.integer("port", 1, 65_535) ?? 0;
    const page = servePage({ memory, mesh: () => meshView(memory) }, port);
    output.line(page.address);
    output.note("Open this address in a browser on this machine; it works once. Ctrl-C ends the page.");
    await page.finished;
    return 0;
  },
};

function meshView(memory: OpenMemory): MeshView | undefined {
  const shared = sharing(memory, memory.peerRuns);
  if (shared === undefined) return undefined;
  const { mode } = memory.settings;
  const status = readPeerStatus(memory.store);
  const now = shared.peerRuns ? status : undefined;
  const role = mode === "hub" ? "hub" : "spoke";
  return {
    peerRuns: shared.peerRuns,
    hosts: [
      {
        name: memory.folders.state === "" ? "" : memory.identity.clientId.split("@").at(-1) ?? "",
        id: memory.identity.pcId,
        role,
        version: undefined,
        linked: now?.routerUp ?? false,
        isHere: true,
      },
      ...(now?.connected ?? []).map((zid) => ({
        name: zid.slice(0, 8),
        id: undefined,
        role: undefined,
        version: undefined,
        linked: true,
        isHere: false,
      })),
    ],
    waiting: shared.waiting,
    since: shared.since,
    lastReconcile: status?.lastReconcile,
    lag: now?.lag,
    warning: shared.warning,
  };
}
