import assert from "node:assert/strict";
import { systemRandom } from "../../lib/core/random.ts";
import { parseEndpoint } from "../../lib/mesh/endpoint.ts";
import {
  type MeshSession,
  openSession,
  PartialAnswer,
  RequestFailed,
  SessionClosed,
} from "../../lib/mesh/session.ts";
import { systemTimer } from "../../lib/mesh/timer.ts";
import { routerTest, sessionWith, soon, startHost, type TestHost, until } from "./support/host.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A hub with storages and a spoke without, linked. */
async function startPair(): Promise<AsyncDisposable & { hub: TestHost; spoke: TestHost }> {
  const hub = await startHost();
  try {
    const spoke = await startHost({ connect: [parseEndpoint(hub.endpoint)], storages: [] });
    const dispose = async () => {
      await spoke[Symbol.asyncDispose]();
      await hub[Symbol.asyncDispose]();
    };
    await until("the hosts know each other", () => spoke.session.neighbours.has(hub.router.zid)).catch(
      async (error) => {
        await dispose();
        throw error;
      },
    );
    return { hub, spoke, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await hub[Symbol.asyncDispose]();
    throw error;
  }
}

routerTest("what is put right after a router is ready is all stored", async () => {
  await using host = await startHost();
  const keys = Array.from({ length: 60 }, (_, index) => `mem/mesh/k${index}`);
  await Promise.all(keys.map((key) => host.session.putAcknowledged(key, key)));
  // What is acknowledged is on its way into the storage, and there some milliseconds later; what was lost never comes.
  await until("all are stored", async () => await host.session.getAll("mem/mesh/**", () => {}) === 60);
  const found = new Map<string, string>();
  await host.session.getAll("mem/mesh/**", ({ key, payload }) => void found.set(key, text(payload)));
  assert.deepEqual([...found].sort(), keys.map((key) => [key, key]).sort());
});

routerTest("a burst arrives whole and in order at a subscriber of another router", async () => {
  await using pair = await startPair();
  const { hub, spoke } = pair;
  const arrived: string[] = [];
  await hub.session.subscribe("mem/mesh/**", ({ key }) => void arrived.push(key));
  // What the hub declares reaches the spoke a little later; a first value tells when.
  await until("the subscription is known", async () => {
    await spoke.session.putAcknowledged("mem/mesh/first", "");
    return arrived.length > 0;
  });
  arrived.length = 0;
  const keys = Array.from({ length: 2000 }, (_, index) => `mem/mesh/k${index}`);
  const payload = "x".repeat(1000);
  await Promise.all(keys.map((key) => spoke.session.putAcknowledged(key, payload)));
  await until("all arrive", () => arrived.length >= keys.length);
  assert.deepEqual(arrived.filter((key) => key !== "mem/mesh/first"), keys);
});

routerTest("a get of 20,000 keys gives every one, on the host and across", async () => {
  await using pair = await startPair();
  const { hub, spoke } = pair;
  const total = 20_000;
  for (let from = 0; from < total; from += 1000) {
    const batch = Array.from({ length: 1000 }, (_, index) => `mem/mesh/k${from + index}`);
    await Promise.all(batch.map((key) => hub.session.putAcknowledged(key, key)));
  }
  // What is acknowledged is stored a little later.
  await until("all is stored", async () => await hub.session.getAll("mem/mesh/**", () => {}) === total);
  for (const { session } of [hub, spoke]) {
    const found = new Set<string>();
    const ask = () =>
      session.getAll("mem/mesh/**", ({ key, payload }) => void (key === text(payload) && found.add(key)));
    assert.equal(await ask(), total);
    assert.equal(found.size, total);
  }
});

routerTest("a value of any size is acknowledged, stored and given back", async () => {
  await using host = await startHost();
  for (const size of [0, 1, 125, 126, 65_535, 65_536, 3_000_000]) {
    const payload = Uint8Array.from({ length: size }, (_, index) => index % 251);
    await host.session.putAcknowledged("mem/mesh/sized", payload);
    // A storage takes what is put in its own time; the wrapper promises only the router's word.
    await until(`${size} bytes are stored`, async () => {
      let length = -1;
      await host.session.getAll("mem/mesh/sized", (sample) => void (length = sample.payload.length));
      return length === size;
    });
  }
});

routerTest(
  "questions are answered across hosts; errors and missing ends make the answer partial",
  async () => {
    await using pair = await startPair();
    const { hub, spoke } = pair;
    const ask = (key: string, timeoutMs = 5000) => {
      const found: string[] = [];
      const asked = spoke.session.getAll(key, ({ payload }) => void found.push(text(payload)), {
        timeoutMs,
        payload: new TextEncoder().encode("from 7"),
        parameters: "bucket=3",
      });
      return asked.then((count) => ({ found, count }));
    };
    await hub.session.queryable("test/many", function* ({ key, parameters, payload }) {
      yield { key, payload: `${parameters} ${text(payload)}` };
      for (let index = 0; index < 999; index++) yield { key, payload: String(index) };
    });
    await hub.session.queryable("test/fails", function* ({ key }) {
      yield { key, payload: "one" };
      throw new Error("the database is closed");
    });
    const release = Promise.withResolvers<void>();
    await hub.session.queryable("test/hangs", async function* ({ key }) {
      yield { key, payload: "one" };
      await release.promise;
    });
    await until("the queryables are known", async () => (await ask("test/many")).count > 0);
    const many = await ask("test/many");
    assert.deepEqual([many.count, many.found[0], many.found[999]], [1000, "bucket=3 from 7", "998"]);
    const partial = (cause: RegExp) => (error: unknown) =>
      error instanceof PartialAnswer && error.received === 1 && cause.test(error.message);
    await assert.rejects(ask("test/fails"), partial(/the database is closed/));
    await assert.rejects(ask("test/hangs", 300), partial(/Timeout/));
    release.resolve();
  },
);

routerTest("a host that goes away while it answers makes the answer partial", async () => {
  await using pair = await startPair();
  const { hub, spoke } = pair;
  const asked = Promise.withResolvers<void>();
  await spoke.session.queryable("test/slow/*", async function* () {
    yield { key: "test/slow/a", payload: "one" };
    asked.resolve();
    await new Promise(() => {});
  });
  // Declarations arrive in order, so whoever knows the second one knows the first.
  await spoke.session.queryable("test/ready", ({ key }) => [{ key, payload: "" }]);
  await until("the queryables are known", async () => await hub.session.getAll("test/ready", () => {}) > 0);
  const answer = hub.session.getAll("test/slow/*", () => {}, { timeoutMs: 20_000 });
  answer.catch(() => {});
  await soon(asked.promise, 5000, "the question arrives");
  Deno.kill(spoke.router.pid, "SIGKILL");
  await assert.rejects(
    soon(answer, 10_000, "the end is noticed"),
    (error) => error instanceof PartialAnswer && /a host went away/.test(error.message),
  );
});

routerTest("hosts see each other come alive and go", async () => {
  await using pair = await startPair();
  const { hub, spoke } = pair;
  const seen: string[] = [];
  await hub.session.watchAlive(
    "live/**",
    (key, alive) => void seen.push(`${key} ${alive ? "came" : "went"}`),
  );
  const other = await sessionWith(spoke.router);
  await other.declareAlive("live/spoke");
  await until("it is seen", () => seen.length === 1);
  const late: string[] = [];
  await hub.session.watchAlive("live/**", (key) => void late.push(key));
  await until("a late watcher is told", () => late.length === 1);
  other.close();
  await until("its end is seen", () => seen.length === 2);
  assert.deepEqual(seen, ["live/spoke came", "live/spoke went"]);
  assert.deepEqual([hub.session.neighbours.get(spoke.router.zid)?.role], ["router"]);
});

routerTest("a link that ends is told, and its neighbour forgotten", async () => {
  await using pair = await startPair();
  const { hub, spoke } = pair;
  const changes: string[] = [];
  hub.session.onNeighbours(({ zid }, up) => void changes.push(`${zid} ${up}`));
  await spoke.router.stop();
  await until("the end of the link is told", () => changes.length > 0);
  assert.deepEqual(changes, [`${spoke.router.zid} false`]);
  assert.equal(hub.session.neighbours.size, 0);
});

routerTest(
  "a router that is killed ends the session at once, and nothing is acknowledged any more",
  async () => {
    await using host = await startHost();
    const { session } = host;
    await session.queryable("test/hangs", async function* ({ key }) {
      yield { key, payload: "one" };
      await new Promise(() => {});
    });
    const get = session.getAll("test/hangs", () => {});
    get.catch(() => {});
    Deno.kill(host.router.pid, "SIGKILL");
    const puts = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => session.putAcknowledged(`mem/mesh/k${index}`, "")),
    );
    assert.match(await soon(session.closed, 2000, "the end is noticed"), /the router is gone|reset|broken/i);
    await assert.rejects(soon(get, 1000, "a get ends"), SessionClosed);
    await assert.rejects(session.putAcknowledged("mem/mesh/late", ""), SessionClosed);
    await assert.rejects(session.subscribe("mem/**", () => {}), SessionClosed);
    // Some may have been taken before the signal; the rest is refused, none hangs.
    assert.ok(puts.some(({ status }) => status === "rejected"));
  },
);

routerTest("a session that is younger than a link learns of its end too, and of its return", async () => {
  await using spoke = await startHost({ storages: [] });
  const hub = await startHost({ connect: [parseEndpoint(spoke.endpoint)], storages: [] });
  const { zid } = hub.router;
  let session: MeshSession;
  try {
    await until("they know each other", () => spoke.session.neighbours.has(zid));
    session = await sessionWith(spoke.router);
    assert.ok(session.neighbours.has(zid));
  } catch (error) {
    await hub[Symbol.asyncDispose]();
    throw error;
  }
  const changes: string[] = [];
  session.onNeighbours((neighbour, up) => void changes.push(`${neighbour.zid} ${up}`));
  await hub[Symbol.asyncDispose]();
  await until("the link's end is told", () => !session.neighbours.has(zid));
  assert.deepEqual(changes, [`${zid} false`]);
  await using again = await startHost({ connect: [parseEndpoint(spoke.endpoint)], storages: [] });
  await until("the new link is told", () => session.neighbours.has(again.router.zid));
  await assert.doesNotReject(session.getAll("mem/none/*", () => {}));
  session.close();
});

routerTest("a router that hangs ends the session at its heartbeat", async () => {
  await using host = await startHost();
  const { address } = host.router;
  const session = await openSession({
    address,
    random: systemRandom,
    timer: systemTimer,
    heartbeatMs: 50,
    answerWithinMs: 300,
  });
  await session.putAcknowledged("mem/mesh/a", "");
  Deno.kill(host.router.pid, "SIGSTOP");
  try {
    assert.match(await soon(session.closed, 3000, "the end is noticed"), /does not answer/);
  } finally {
    Deno.kill(host.router.pid, "SIGCONT");
  }
});

routerTest("what the router refuses is an error that names why, and the session goes on", async () => {
  await using host = await startHost();
  const { session } = host;
  await assert.rejects(
    session.putAcknowledged("mem//mesh", ""),
    (error) => error instanceof RequestFailed && /empty chunks/.test(error.message),
  );
  for (const pattern of ["mem/**", "mem/*/a", "mem/a?b=1", "mem/a#", "mem/$*"]) {
    await assert.rejects(session.putAcknowledged(pattern, ""), RequestFailed, pattern);
  }
  await assert.rejects(session.subscribe("mem/a//b", () => {}), RequestFailed);
  await assert.rejects(session.putAcknowledged("mem/mesh/large", new Uint8Array(17_000_000)), RequestFailed);
  await session.putAcknowledged("mem/mesh/a", "");
});

routerTest("a declaration that is taken back is gone", async () => {
  await using host = await startHost();
  const seen: string[] = [];
  const subscription = await host.session.subscribe("test/*", ({ key }) => void seen.push(key));
  await host.session.putAcknowledged("test/a", "");
  await until("it arrives", () => seen.length === 1);
  await subscription.undeclare();
  await host.session.putAcknowledged("test/b", "");
  await host.session.getAll("test/none", () => {});
  assert.deepEqual(seen, ["test/a"]);
});

routerTest(
  "only who trusts the authority of this start gets in, and failed attempts leave no session",
  async () => {
    await using host = await startHost();
    await using other = await startHost({ storages: [] });
    const options = { random: systemRandom, timer: systemTimer };
    const foreign = { port: host.router.address.port, ca: other.router.address.ca };
    await assert.rejects(
      openSession({ ...options, address: foreign }),
      /certificate|UnknownIssuer|UnknownCA/i,
    );
    const given = new AbortController();
    const opening = openSession({ ...options, address: host.router.address, signal: given.signal });
    given.abort(new Error("not needed"));
    await assert.rejects(opening, /not needed/);
    await assert.rejects(openSession({ ...options, address: { ...host.router.address, port: 1 } }));
    await until("only the test's own session is left", async () => {
      const sessions = new Set<string>();
      await host.session.getAll(`@/${host.router.zid}/remote-plugin/**`, ({ key }) => {
        const [, id] = /\/remote-plugin\/client\/([^/]+)/.exec(key) ?? [];
        if (id !== undefined) sessions.add(id);
      });
      return sessions.size <= 1;
    });
  },
);
