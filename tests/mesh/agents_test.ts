import assert from "node:assert/strict";
import { monotonicClock } from "../../lib/core/clock.ts";
import { systemRandom } from "../../lib/core/random.ts";
import type { MemoryContext } from "../../lib/memory/context.ts";
import { acknowledge } from "../../lib/messaging/acknowledge.ts";
import { beginSession } from "../../lib/messaging/sessions.ts";
import { openStore } from "../../lib/store/open.ts";
import { openSlots } from "../../lib/store/slots.ts";
import type { Home } from "../e2e/support/program.ts";
import { TEST_IDENTITY, testSettings } from "../support/context.ts";
import { look, take } from "../support/messaging.ts";
import { type McpAgent, startAgent, twoAgents } from "./support/agent.ts";
import { meshHome, setUp, start } from "./support/command.ts";
import { routerTest, until } from "./support/host.ts";

const CLOCK = monotonicClock(Date.now);

routerTest(
  "two agents on different hosts hold a conversation of 200 messages, each acknowledged",
  async () => {
    await using agents = await twoAgents();
    const { alice, bob } = agents;
    const pairs: readonly (readonly [from: McpAgent, to: McpAgent])[] = [[alice, bob], [bob, alice]];
    const got = new Map<McpAgent, string[]>([[alice, []], [bob, []]]);
    const ids: string[] = [];
    for (let n = 0; n < 200; n++) {
      const [from, to] = pairs[n % 2] ?? [alice, bob];
      ids.push(await from.send(`session:${to.session}`, `message ${n}`));
      for (const { id, body } of await to.await()) {
        got.get(to)?.push(body);
        await to.ack(id);
      }
    }
    const sent = Array.from({ length: 200 }, (_, n) => `message ${n}`);
    assert.deepEqual(got.get(bob), sent.filter((_, n) => n % 2 === 0));
    assert.deepEqual(got.get(alice), sent.filter((_, n) => n % 2 === 1));
    for (const agent of [alice, bob]) assert.deepEqual(await agent.check(), []);
    await until("both see that the other has acknowledged", async () => {
      const outcomes = await Promise.all(
        ids.slice(-10).map(async (id) => (await alice.call("list_agents", { msg_id: id })).outcome),
      );
      return outcomes.every((outcome) => outcome === "acknowledged");
    });
  },
);

routerTest(
  "two agents that write at the same time get all of each other's messages, once and in order",
  async () => {
    await using agents = await twoAgents();
    const { alice, bob } = agents;
    const bodies = Array.from({ length: 100 }, (_, n) => `message ${n}`);
    const write = async (from: McpAgent, to: McpAgent) => {
      const ids: string[] = [];
      for (const body of bodies) {
        ids.push(
          await from.send(`agent:${to.session.slice("session-".length)}`, body),
        );
      }
      return ids;
    };
    const read = async (agent: McpAgent) => {
      const got: string[] = [];
      while (got.length < bodies.length) {
        for (const { id, body } of await agent.await()) {
          got.push(body);
          await agent.ack(id);
        }
      }
      return got;
    };
    const [fromAlice, fromBob, byAlice, byBob] = await Promise.all([
      write(alice, bob),
      write(bob, alice),
      read(alice),
      read(bob),
    ]);
    assert.deepEqual(byBob, bodies);
    assert.deepEqual(byAlice, bodies);
    for (const agent of [alice, bob]) assert.deepEqual(await agent.check(), []);
    for (const [agent, ids] of [[alice, fromAlice], [bob, fromBob]] as const) {
      for (const msg_id of ids) {
        await until(
          "it is acknowledged",
          async () => (await agent.call("list_agents", { msg_id })).outcome === "acknowledged",
        );
      }
    }
  },
);

routerTest(
  "what is sent while an agent and its host are down arrives when they return, in order, unless it has expired",
  async () => {
    using hubHome = meshHome();
    using spokeHome = meshHome();
    await setUp(hubHome, spokeHome);
    await using hub = start(hubHome, ["peer"]);
    await hub.line(/caught up/);
    await using alice = await startAgent(hubHome, "alice");
    {
      await using spoke = start(spokeHome, ["peer"]);
      await spoke.line(/caught up/);
      await using bob = await startAgent(spokeHome, "bob");
      const last = await alice.send("agent:bob", "before");
      assert.deepEqual((await bob.await()).map(({ body }) => body), ["before"]);
      await bob.ack(last);
      await until(
        "alice sees it",
        async () => (await alice.call("list_agents", { msg_id: last })).outcome === "acknowledged",
      );
      await bob.kill();
      assert.equal(await spoke.end(), 0);
    }
    const wanted = Array.from({ length: 20 }, (_, n) => `message ${n}`);
    const short = await alice.send("agent:bob", "too short", { ttl_sec: 1 });
    const ids: string[] = [];
    for (const body of wanted) ids.push(await alice.send("agent:bob", body));
    await until(
      "one has expired",
      async () => (await alice.call("list_agents", { msg_id: short })).outcome === "expired",
    );
    await using spoke = start(spokeHome, ["peer"]);
    await spoke.line(/caught up/);
    // Its session is another one now, of the same agent.
    await using bob = await startAgent(spokeHome, "bob", { KIOKU_MESH_SESSION_ID: "session-later" });
    const got: string[] = [];
    while (got.length < wanted.length) got.push(...(await bob.await()).map(({ body }) => body));
    assert.deepEqual(got, wanted);
    for (const id of ids) await bob.ack(id);
    assert.deepEqual(await bob.check(), []);
    const { messages } = await bob.call("check_messages", { include_expired: true, limit: 100 });
    assert.ok(!JSON.stringify(messages).includes("too short"));
    await until("alice sees that all are acknowledged", async () => {
      const outcomes = await Promise.all(
        ids.map(async (id) => (await alice.call("list_agents", { msg_id: id })).outcome),
      );
      return outcomes.every((outcome) => outcome === "acknowledged");
    }, 20_000);
    await alice.send("agent:bob", "after");
    assert.deepEqual((await bob.await()).map(({ body }) => body), ["after"]);
  },
);

routerTest(
  "a broadcast to a team reaches 50 sessions on three hosts; the sender sees who has acknowledged, and who was killed",
  async () => {
    const homes = [0, 1, 2].map((n) =>
      meshHome({ KIOKU_MESH_TEAM_ID: "acme", KIOKU_MESH_CLIENT_ID: `agent-${n}` })
    );
    const [first] = homes;
    assert.ok(first !== undefined);
    await using all = new AsyncDisposableStack();
    for (const home of homes) all.use(home);
    await setUp(first, ...homes.slice(1));
    for (const home of homes) await home.ok(["scope", "add", "team/acme"]);
    const peers = homes.map((home) => all.use(start(home, ["peer"])));
    await Promise.all(peers.map((peer) => peer.line(/caught up/)));
    // Two real servers a host; the rest are sessions that hold a lock and use the database as a server does.
    const agents = await Promise.all(
      homes.flatMap((home, host) =>
        [0, 1].map(async (n) => all.use(await startAgent(home, `real-${host}-${n}`)))
      ),
    );
    const light = homes.flatMap((home, host) => {
      const count = host === 0 ? 16 : 14;
      return Array.from({ length: count }, (_, n) => all.use(lightSession(home, `light-${host}-${n}`)));
    });
    const [sender, ...others] = agents;
    assert.ok(sender !== undefined);
    assert.equal(agents.length + light.length, 50);
    await until(
      "the sender sees them all",
      async () => (await sender.call("list_agents")).count === 50,
      30_000,
    );
    const id = await sender.send("team:acme", "stand-up: what are you doing?", { requires_ack: true });
    const view = async () => {
      const { outcome, agents } = await sender.call("list_agents", { msg_id: id });
      assert.ok(Array.isArray(agents));
      const states: string[] = agents.flatMap(({ sessions }) =>
        sessions.map((one: { state: string }) => one.state)
      );
      return { outcome, states };
    };
    assert.equal((await view()).states.length, 49);
    const [killed, ...alive] = others;
    assert.ok(killed !== undefined);
    for (const agent of alive) {
      const [message, ...rest] = await agent.await();
      assert.deepEqual([message?.id, rest], [id, []]);
      await agent.ack(id);
    }
    for (const { context } of light) {
      await until("it arrives", () => look(context).mail.length > 0);
      assert.deepEqual(take(context), ["stand-up: what are you doing?"]);
      acknowledge(context, id);
    }
    await until("48 have acknowledged", async () => {
      const { states } = await view();
      return states.filter((state) => state === "acknowledged").length === 48;
    }, 20_000);
    assert.equal((await view()).outcome, "waiting");
    await killed.kill();
    await until("the killed one is gone", async () => (await view()).states.includes("gone"), 15_000);
    const { outcome, states } = await view();
    assert.equal(outcome, "acknowledged");
    assert.deepEqual([states.length, states.filter((state) => state === "gone").length], [49, 1]);
    assert.equal((await sender.call("list_agents")).count, 49);
  },
);

/** A session of a host in this process: it holds a lock and uses the database as an MCP server does. */
function lightSession(home: Home, name: string): Disposable & { readonly context: MemoryContext } {
  const store = openStore(home.at("state", "kioku.db"), CLOCK);
  const slots = openSlots(home.at("state", "sessions"), true);
  const pcId = Deno.readTextFileSync(home.at("state", "pc_id")).trim();
  const context: MemoryContext = {
    store,
    clock: CLOCK,
    random: systemRandom,
    identity: { ...TEST_IDENTITY, pcId, clientId: name, sessionId: `session-${name}` },
    settings: testSettings({ mode: "spoke", teamId: "acme" }),
    signer: undefined,
  };
  beginSession(context, "light", slots.own);
  return {
    context,
    [Symbol.dispose]() {
      store.close();
      slots[Symbol.dispose]();
    },
  };
}
