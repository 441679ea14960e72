/**
 * Measures a conversation of two agents on two hosts of this machine, each with an MCP server and a peer with a real router: how
 * long a message takes from the call of send_message until check_messages shows it, and an acknowledgement until the sender
 * sees it. KIOKU_MESH_ENGINE_DIR names the engine; the argument is the number of messages, 200 when not given.
 */
import { quantile } from "../quantile.ts";
import { print } from "../print.ts";
import { type McpAgent, twoAgents } from "../../tests/mesh/support/agent.ts";
import { until } from "../../tests/mesh/support/host.ts";

const count = Number(Deno.args[0] ?? "200");

await using agents = await twoAgents();
const { alice, bob } = agents;

const sends: number[] = [];
const acks: number[] = [];
const pairs: readonly (readonly [McpAgent, McpAgent])[] = [[alice, bob], [bob, alice]];
for (let n = 0; n < count; n++) {
  const [from, to] = pairs[n % 2] ?? [alice, bob];
  const begun = performance.now();
  const id = await from.send(`session:${to.session}`, `message ${n}`);
  await to.await();
  sends.push(performance.now() - begun);
  const acknowledging = performance.now();
  await to.ack(id);
  await until(
    "the acknowledgement is seen",
    async () => (await from.call("list_agents", { msg_id: id })).outcome === "acknowledged",
  );
  acks.push(performance.now() - acknowledging);
}
print(`${count} messages, milliseconds: p50 / p95 / p99`);
print(`send_message to check_messages: ${quantiles(sends)}`);
print(`ack_message to the sender: ${quantiles(acks)}`);

function quantiles(times: readonly number[]): string {
  return [0.5, 0.95, 0.99].map((part) => quantile(times, part).toFixed(0)).join(" / ");
}
