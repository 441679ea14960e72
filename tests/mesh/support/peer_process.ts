/**
 * A peer in a process of its own, to be killed: arguments are the folder, the role, its port and its hub's endpoint (`-`
 * for none), how many milliseconds its clock is off, and the fail point at which it ends itself as `kill -9` would, with the
 * number of the time that it gets there. The variable KIOKU_PEER_PARTS may hold more parts of its options, as JSON.
 */
import { startPeer } from "../../../lib/mesh/peer.ts";
import { hostOf } from "../../support/trust.ts";
import { peerOptions } from "./peers.ts";

const [path = "", role = "", port = "-", connect = "-", skewMs = "0", failPoint = "-", time = "1"] =
  Deno.args;
const { trust, ...parts } = JSON.parse(Deno.env.get("KIOKU_PEER_PARTS") ?? "{}");
let passed = 0;
const options = await peerOptions(
  { path, at: (...names) => [path, ...names].join("/"), [Symbol.dispose]: () => {} },
  {
    ...parts,
    ...(trust === undefined ? {} : { trust: { ...trust, host: hostOf(trust.pem, trust.key) } }),
    role: role === "hub" ? "hub" : "spoke",
    ...(port === "-" ? {} : { port: Number(port) }),
    ...(connect === "-" ? {} : { connect }),
    skewMs: Number(skewMs),
    failPoint: (name) => {
      if (name === failPoint && ++passed === Number(time)) Deno.kill(Deno.pid, "SIGKILL");
    },
  },
  [],
);
const peer = await startPeer({
  ...options,
  tell: (event) => void Deno.stderr.writeSync(new TextEncoder().encode(`${JSON.stringify(event)}\n`)),
});
Deno.addSignalListener("SIGTERM", () => void peer.stop().then(() => Deno.exit(0)));
