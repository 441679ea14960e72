import assert from "node:assert/strict";
import { deleteMemory } from "../../lib/memory/delete.ts";
import { hashOf } from "../../lib/store/exchange.ts";
import { parseEndpoint } from "../../lib/mesh/endpoint.ts";
import { freePort } from "../../lib/mesh/ports.ts";
import { seededNumbers } from "../support/random.ts";
import { FaultHost } from "./support/fault_host.ts";
import { ENGINE_FOLDER, soon, startHost, until } from "./support/host.ts";
import { save } from "./support/peers.ts";
import { type Proxy, startProxy } from "./support/proxy.ts";

const ROUNDS = Number(Deno.env.get("KIOKU_ROUNDS") ?? "12");
const SEED = Number(Deno.env.get("KIOKU_SEED") ?? String(Date.now() % 1_000_000));

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

/** Where a peer is killed, and whether it has to send or to receive for getting there. */
const FAIL_POINTS = [
  ["before-put", "sends"],
  ["after-put", "sends"],
  ["before-confirm", "sends"],
  ["after-confirm", "sends"],
  ["before-apply", "receives"],
  ["after-apply", "receives"],
] as const;

/** A hub and two spokes, each behind a proxy, and what was promised to their users. */
class FaultyMesh implements AsyncDisposable {
  readonly saved = new Set<string>();
  readonly deleted = new Set<string>();
  readonly sent = new Map<string, FaultHost>();
  readonly proxies: Proxy[];
  readonly hosts: FaultHost[];

  constructor() {
    const port = freePort();
    this.proxies = [startProxy(port), startProxy(port)];
    this.hosts = [
      new FaultHost("hub", String(port), "-"),
      // One clock is a year ahead, the other an hour behind.
      ...this.proxies.map((proxy, n) =>
        new FaultHost("spoke", "-", `tcp/127.0.0.1:${proxy.port}`, n === 0 ? YEAR_MS : -HOUR_MS)
      ),
    ];
  }

  /** Saves or deletes as an agent there would, whatever the peer is doing. What this returns from was promised. */
  use(host: FaultHost, next: () => number): void {
    if (next() < 0.2) return void this.sent.set(host.send(`message ${this.sent.size}`), host);
    if (next() < 0.1) return host.readMail();
    const known = host.records.filter((line) => line.startsWith("o"));
    const victim = known[Math.floor(next() * known.length)]?.slice(1, 33);
    if (victim !== undefined && next() < 0.25) {
      deleteMemory(host.memory, victim, "");
      this.deleted.add(victim);
    } else this.saved.add(save(host.memory, `memory ${this.saved.size}`));
  }

  /** Lets everything run and waits until all hosts have the same and nothing waits; then looks at what was promised. */
  async heal(what: string): Promise<void> {
    for (const proxy of this.proxies) proxy.heal();
    const start = performance.now();
    const isWhole = () => {
      for (const host of this.hosts) host.start();
      if (this.hosts.some(({ waiting }) => waiting > 0)) return false;
      const [first = [], ...others] = this.hosts.map(({ records }) => records);
      return others.every((records) => records.join() === first.join());
    };
    await until(`${what}: all are equal`, isWhole, 45_000).catch((error) => {
      const shown = this.hosts.map(({ records, waiting, status, log }) =>
        `${records.length} records, ${waiting} wait, ${status}\n${log}`
      );
      throw new Error(`${error.message}; seed ${SEED}\n${shown.join("\n")}`);
    });
    for (const id of this.saved) {
      for (const host of this.hosts) {
        const state = host.stateOf(id);
        const wanted = this.deleted.has(id) ? /tombstoned|absent/ : /live/;
        assert.match(state, wanted, `${what}: ${id} is ${state} on a ${host.role}; seed ${SEED}`);
      }
    }
    for (const host of this.hosts) host.readMail();
    for (const [id, sender] of this.sent) {
      for (const host of this.hosts) {
        assert.ok(host === sender || host.has(id), `${what}: message ${id} was not delivered; seed ${SEED}`);
      }
    }
    const took = Math.round(performance.now() - start);
    Deno.stderr.writeSync(
      new TextEncoder().encode(
        `${what}: equal after ${took} ms, ${this.saved.size} saved, ${this.sent.size} sent\n`,
      ),
    );
  }

  /** What was confirmed is in the hub's storage, byte for byte. */
  async checkStorage(): Promise<void> {
    const [hub] = this.hosts;
    await using stranger = await startHost({
      connect: [parseEndpoint(`tcp/127.0.0.1:${hub?.port}`)],
      storages: [],
    });
    await until("they know each other", () => stranger.session.neighbours.size > 0);
    const stored = new Set<string>();
    const utf8 = new TextDecoder();
    await until("the storage answers", async () => {
      await stranger.session.getAll("mem/mesh/*/**", ({ key, payload }) => {
        const kind = key.startsWith("mem/mesh/obs/") ? "o" : "t";
        stored.add(`${kind}${key.slice(-32)} ${hashOf(utf8.decode(payload))}`);
      });
      return stored.size > 0;
    });
    const memories = hub?.records.filter((line) => /^[ot]/.test(line));
    const missing = memories?.filter((line) => !stored.has(line));
    assert.deepEqual(missing, [], `seed ${SEED}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of this.hosts) await host[Symbol.asyncDispose]();
    for (const proxy of this.proxies) proxy[Symbol.dispose]();
  }
}

function faultTest(name: string, milliseconds: number, run: (mesh: FaultyMesh) => Promise<void>): void {
  Deno.test(name, async () => {
    if (ENGINE_FOLDER === undefined) {
      throw new Error("KIOKU_MESH_ENGINE_DIR must name a folder with the engine.");
    }
    await using mesh = new FaultyMesh();
    await soon(run(mesh), milliseconds, name);
  });
}

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

faultTest("a peer that is killed at any named point loses nothing", 180_000, async (mesh) => {
  const next = seededNumbers(SEED);
  for (const host of mesh.hosts) host.start();
  await mesh.heal("start");
  const [hub, one, other] = mesh.hosts;
  assert.ok(hub !== undefined && one !== undefined && other !== undefined);
  for (const [name, does] of FAIL_POINTS) {
    for (const victim of [one, hub]) {
      await victim.kill();
      victim.start({ name, time: 1 + Math.floor(next() * 3) });
      const user = does === "sends" ? victim : other;
      await until(`${name} is passed`, async () => {
        for (let n = 0; n < 5; n++) mesh.use(user, next);
        await pause(100);
        return !victim.runs;
      }, 20_000);
      await mesh.heal(`${name} on a ${victim.role}`);
    }
  }
  await mesh.checkStorage();
});

faultTest(
  `${ROUNDS} random rounds of faults lose nothing and bring nothing back`,
  30_000 * ROUNDS,
  async (mesh) => {
    const next = seededNumbers(SEED);
    for (const host of mesh.hosts) host.start();
    await mesh.heal("start");
    for (let round = 1; round <= ROUNDS; round++) {
      const did: string[] = [];
      const act = async (what: string, work: () => Promise<void> | void) => {
        did.push(what);
        await work();
      };
      for (let step = 0; step < 12; step++) {
        const host = mesh.hosts[Math.floor(next() * mesh.hosts.length)];
        const proxy = mesh.proxies[Math.floor(next() * mesh.proxies.length)];
        if (host === undefined || proxy === undefined) continue;
        const fault = Math.floor(next() * 8);
        const [point = "before-put"] = FAIL_POINTS[Math.floor(next() * FAIL_POINTS.length)] ?? [];
        if (fault === 0) await act(`kill ${host.role}`, () => host.kill());
        else if (fault === 1) await act(`kill router of ${host.role}`, () => host.killRouter());
        else if (fault === 2) {
          await act(
            `${host.role} ${point}`,
            () => host.start({ name: point, time: 1 + step }),
          );
        } else if (fault === 3) await act("cut", () => proxy.cut());
        else if (fault === 4) await act("reset", () => proxy.reset());
        else if (fault === 5) await act("delay", () => proxy.delay(100));
        else if (fault === 6) await act("heal", () => proxy.heal());
        else for (const one of mesh.hosts) await act("start", () => one.start());
        for (const one of mesh.hosts) {
          for (let n = Math.floor(next() * 8); n > 0; n--) mesh.use(one, next);
        }
        await pause(next() * 500);
      }
      await mesh.heal(`round ${round} (${did.join(", ")})`);
    }
    await mesh.checkStorage();
  },
);
