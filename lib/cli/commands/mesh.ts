import type { Command as Declaration } from "commander";
import { Failure } from "../../core/errors.ts";
import { type Endpoint, formatEndpoint, parseEndpoints } from "../../mesh/endpoint.ts";
import type { Ended, PeerCall, PeerCommand } from "../command.ts";
import { chooseShared, join } from "../joining.ts";
import { runUntilStopped, startOwnPeer, trialPart } from "../run_peer.ts";

/** Where a trial listens that is not told: only this machine gets in (compat cli §3.2 has every address). */
const LISTEN = "tcp/127.0.0.1:17447";

/** `kioku-mesh mesh start`: a hub for trying a mesh out. */
export const meshStart: PeerCommand = {
  access: "peer",
  declare(declaration) {
    declaration.option(
      "--listen <endpoint...>",
      `where others connect to (default: ${LISTEN}, this machine alone)`,
    );
    declareShare(declaration);
  },
  run(call) {
    const listen = call.options.texts("listen");
    return tryOut(call, parseEndpoints(listen.length === 0 ? [LISTEN] : listen), []);
  },
};

/** `kioku-mesh mesh join`: a spoke of such a hub. */
export const meshJoin: PeerCommand = {
  access: "peer",
  declare(declaration) {
    declaration.argument("<endpoint>", `the hub, such as ${LISTEN}`);
    declareShare(declaration);
  },
  run: (call) => tryOut(call, [], parseEndpoints([call.args[0] ?? ""])),
};

function declareShare(declaration: Declaration): void {
  declaration.option(
    "--share <what>",
    "which of the memories stored here go out: all, none (default) or PROJECT,PROJECT",
  );
}

async function tryOut(
  call: PeerCall,
  listen: readonly Endpoint[],
  connect: readonly Endpoint[],
): Promise<Ended> {
  const { memory, output, options } = call;
  if (memory.host.mode !== undefined && memory.host.mode !== "local") {
    throw new Failure(
      `Cannot try a mesh out: this host is a ${memory.host.mode} already. Run \`kioku-mesh peer\`.`,
    );
  }
  if (memory.settings.mode === "python") {
    throw new Failure(
      "Cannot try a mesh out: the Python version put this host into one. Run `kioku-mesh init --adopt`.",
    );
  }
  if (memory.peerRuns()) {
    throw new Failure("Cannot try a mesh out: a peer runs on this host already. Stop it first.");
  }
  const role = connect.length === 0 ? "hub" : "spoke";
  const trial = { ...memory, settings: { ...memory.settings, mode: role } } as const;
  const { shared, stored } = join(trial, chooseShared(trial, options.text("share"), output));
  const trying = { ...call, memory: trial };
  const peer = await startOwnPeer(trying, trialPart(trying, role, listen, connect));
  const places = listen.map(formatEndpoint);
  if (places.length > 0) {
    output.line(`hub: ${places.join(", ")}; others: kioku-mesh mesh join ${places.join(" ")}`);
  } else output.line(`spoke of ${connect.map(formatEndpoint).join(", ")}`);
  output.line(`${shared} of ${stored} memories that were here go out, and all that is saved from now on.`);
  output.line(
    "Hosts exchange while this runs. Each keeps what it got; what the router holds is gone when it ends (Ctrl-C).",
  );
  output.line("Agents' sessions that began before this have to be restarted to take part.");
  return await runUntilStopped(peer, call);
}
