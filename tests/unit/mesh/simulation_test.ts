import assert from "node:assert/strict";
import { MESH } from "../../../lib/core/scope.ts";
import { digests } from "../../../lib/memory/digests.ts";
import { ingest, ingestDelete } from "../../../lib/memory/ingest.ts";
import { confirmOutgoing, type Outgoing, outgoing, outgoingRecord } from "../../../lib/memory/outgoing.ts";
import { dropBody, findRecord, mergeObservation, mergeTombstone } from "../../../lib/memory/records.ts";
import { formatTombstone } from "../../../lib/memory/tombstone.ts";
import { difference } from "../../../lib/mesh/compare.ts";
import { publish } from "../../../lib/mesh/publish.ts";
import { type Arrival, RECORD_KINDS } from "../../../lib/store/exchange.ts";
import { openInMemory } from "../../../lib/store/open.ts";
import { enqueue } from "../../../lib/store/outbox.ts";
import type { Store } from "../../../lib/store/store.ts";
import { at, TEST_TIME } from "../../support/clock.ts";
import { observationOf, TEST_AUTHOR } from "../../support/observations.ts";
import { seededNumbers } from "../../support/random.ts";

/** A host: its database, what is on its way to it, and how far its clock is off. */
interface Host {
  readonly store: Store;
  readonly inbox: (Arrival | { readonly deleted: string })[];
  readonly skew: number;
  linked: boolean;
}

const NODES = 4;
const HUB = 0;
const NOW = at(TEST_TIME);
const YEAR = 365 * 86_400_000_000;
const HISTORIES = Number(Deno.env.get("KIOKU_HISTORIES") ?? "150");
const SEED = Number(Deno.env.get("KIOKU_SEED") ?? "1");

/** One history of a mesh: a hub with a storage, and spokes, over the same code that hosts run. */
class Mesh {
  readonly hosts: Host[];
  /** What the hub's storage holds: the last payload under a key. */
  readonly storage = new Map<string, string>();
  readonly acknowledged = new Set<string>();
  readonly deleted = new Set<string>();
  #time = NOW;

  constructor(stores: readonly Store[], readonly next: () => number, readonly ids: readonly string[]) {
    this.hosts = stores.map((store, n) => ({
      store,
      inbox: [],
      // One clock is right, one an hour off, one a year, one anything between.
      skew: [0, 3_600_000_000, -YEAR, Math.floor((next() - 0.5) * YEAR)][n] ?? 0,
      linked: true,
    }));
  }

  pick<T>(items: readonly T[]): T {
    const found = items[Math.floor(this.next() * items.length)];
    if (found === undefined) throw new Error("nothing to pick from");
    return found;
  }

  clockOf(host: Host): number {
    return this.#time++ + host.skew;
  }

  /** A random step. */
  step(): void {
    const host = this.pick(this.hosts);
    const what = this.next();
    if (what < 0.2) this.save(host);
    else if (what < 0.27) this.remove(host);
    else if (what < 0.3) this.purge(host);
    else if (what < 0.32) this.collect(host);
    else if (what < 0.35) this.pythonDelete();
    else if (what < 0.45) host.linked = !host.linked || this.next() < 0.5;
    else if (what < 0.65) this.drain(host, this.next() < 0.8);
    else if (what < 0.93) this.deliver(host);
    else this.reconcile(host);
  }

  save(host: Host): void {
    const id = this.pick(this.ids);
    const observation = observationOf({
      id,
      content: `content ${Math.floor(this.next() * 1000)}`,
      createdAt: this.clockOf(host),
      supersedes: this.ids.filter(() => this.next() < 0.1),
    });
    const { store } = host;
    store.write(() => {
      mergeObservation(store, observation, NOW);
      enqueue(store, "observation", id, "mesh", NOW);
    });
    this.acknowledged.add(id);
  }

  remove(host: Host): void {
    const { store } = host;
    const id = this.pick(this.ids);
    if (findRecord(store, id, MESH) === undefined) return;
    store.write(() => {
      mergeTombstone(store, formatTombstone(id, "", this.clockOf(host)), MESH, TEST_AUTHOR);
      enqueue(store, "tombstone", id, "mesh", NOW);
    });
    this.deleted.add(id);
  }

  purge(host: Host): void {
    const { store } = host;
    const id = this.pick(this.ids);
    if (findRecord(store, id, MESH) === undefined) return;
    store.write(() => {
      mergeObservation(
        store,
        observationOf({ id, purged: true, content: "", createdAt: this.clockOf(host) }),
        NOW,
      );
      enqueue(store, "observation", id, "mesh", NOW);
    });
  }

  /** Drops the body of what is deleted, as `gc` does. */
  collect({ store }: Host): void {
    const stored = findRecord(store, this.pick(this.ids), MESH);
    if (stored?.state === "tombstoned") store.write(() => dropBody(store, stored));
  }

  /** A Python host DELETEs a key: the router's storage drops it, and every host that is there is told. */
  pythonDelete(): void {
    const keys = [...this.storage.keys()].filter((key) => key.includes("/obs/"));
    if (keys.length === 0) return;
    const key = this.pick(keys);
    this.storage.delete(key);
    for (const host of this.hosts) if (host.linked) host.inbox.push({ deleted: key });
    if (this.hosts.some(({ linked }) => linked)) this.deleted.add(key.slice(-32));
  }

  /** Sends what waits. Not all puts are confirmed: the link or the process may end in between. */
  drain(host: Host, confirms: boolean): void {
    if (!host.linked) return;
    const sent: Outgoing[] = [];
    for (const record of outgoing(host.store, outgoingRecord, ["mesh"], 0, 100).records) {
      if (this.next() < 0.1) continue;
      this.#put(record);
      if (this.next() < 0.9) sent.push(record);
    }
    if (confirms) {
      confirmOutgoing(
        host.store,
        outgoingRecord,
        sent.filter(({ key, payload }) => this.storage.get(key) === payload),
      );
    }
  }

  /** Takes some of what has come, in any order; some of it comes twice. */
  deliver(host: Host): void {
    const republish = host === this.hosts[HUB];
    for (let n = Math.ceil(this.next() * host.inbox.length); n > 0; n--) {
      const at = Math.floor(this.next() * host.inbox.length);
      const arrival = this.next() < 0.1 ? host.inbox[at] : host.inbox.splice(at, 1)[0];
      if (arrival === undefined) continue;
      const how = { now: this.clockOf(host), republish };
      host.store.write(() => {
        if ("deleted" in arrival) ingestDelete(host.store, arrival.deleted, how);
        else ingest(host.store, arrival, how);
      });
    }
  }

  /** A spoke compares with the hub's database, the hub with its storage. */
  reconcile(host: Host): void {
    if (!host.linked) return;
    const hub = this.hosts[HUB];
    if (hub === undefined) return;
    if (host === hub) {
      for (const [key, payload] of this.storage) this.#take(hub, { key, payload });
      const there = new Set(
        [...this.storage.keys()].map((key) => (key.includes("/obs/") ? "o" : "t") + key.slice(-32)),
      );
      publish(
        hub.store,
        () => NOW,
        "mesh",
        this.#digests(hub).filter(({ kind, id }) => !there.has(kind + id)),
      );
      return;
    }
    const { wanted, lacking } = difference(this.#digests(host), this.#digests(hub));
    for (const name of wanted) {
      const record = outgoingRecord(hub.store, RECORD_KINDS[name.kind], name.id, "mesh");
      if (record !== undefined) this.#take(host, record);
    }
    publish(host.store, () => NOW, "mesh", lacking);
  }

  /** Everything is linked, and all goes on until nothing changes any more. */
  heal(): void {
    for (const host of this.hosts) host.linked = true;
    for (let round = 0; round < 12; round++) {
      for (const host of this.hosts) {
        this.reconcile(host);
        for (let n = 0; n < 8; n++) {
          const waiting = outgoing(host.store, outgoingRecord, ["mesh"], 0, 100).records;
          for (const record of waiting) this.#put(record);
          confirmOutgoing(
            host.store,
            outgoingRecord,
            waiting.filter(({ key, payload }) => this.storage.get(key) === payload),
          );
        }
      }
      for (const host of this.hosts) while (host.inbox.length > 0) this.deliver(host);
    }
  }

  /** What the hosts have to agree on, and what may not be lost or come back. */
  check(seed: number): void {
    const sets = this.hosts.map((host) => this.#digests(host).map((one) => JSON.stringify(one)).sort());
    const states = this.hosts.map(({ store }) => this.ids.map((id) => stateOf(store, id)));
    for (const set of sets) assert.deepEqual(set, sets[HUB], `the sets differ: seed ${seed}`);
    for (const state of states) assert.deepEqual(state, states[HUB], `the states differ: seed ${seed}`);
    const inStorage = [...this.storage].map(([key, payload]) => `${key} ${payload}`);
    const inHub = this.#digests(this.hosts[HUB]).map((name) => {
      const record = outgoingRecord(
        this.hosts[HUB]?.store ?? fail(),
        RECORD_KINDS[name.kind],
        name.id,
        "mesh",
      );
      return `${record?.key} ${record?.payload}`;
    });
    for (const line of inHub) assert.ok(inStorage.includes(line), `the storage lacks ${line}: seed ${seed}`);
    for (const { store } of this.hosts) {
      for (const id of this.acknowledged) {
        assert.ok(stateOf(store, id) !== "absent", `${id} was acknowledged and is lost: seed ${seed}`);
      }
      for (const id of this.deleted) {
        assert.match(stateOf(store, id), /tombstoned|absent|gone/, `${id} came back: seed ${seed}`);
      }
      assert.equal(
        outgoing(store, outgoingRecord, ["mesh"], 0, 1).records.length,
        0,
        `the outbox is not empty: seed ${seed}`,
      );
    }
  }

  #put({ key, payload }: Arrival): void {
    this.storage.set(key, payload);
    for (const host of this.hosts) {
      // What is on its way to a host that is not linked is lost.
      if (!host.linked) continue;
      host.inbox.push({ key, payload });
      if (this.next() < 0.1) host.inbox.push({ key, payload });
    }
  }

  #take(host: Host, arrival: Arrival): void {
    host.store.write(() => ingest(host.store, arrival, { now: this.clockOf(host), republish: true }));
  }

  // Of this history alone: databases are used for many.
  #digests(host: Host | undefined): ReturnType<typeof digests> {
    if (host === undefined) return [];
    return this.ids.flatMap((id) => digests(host.store, "mesh", id));
  }
}

function fail(): never {
  throw new Error("there is no hub");
}

function stateOf(store: Store, id: string): string {
  const stored = findRecord(store, id, MESH);
  // A body may have been dropped where the tombstone is.
  if (stored === undefined || stored.state === "tombstoned") {
    return digests(store, "mesh", id).some(({ kind }) => kind === "t") ? "gone" : "absent";
  }
  return stored.state;
}

Deno.test("after healing nothing is lost, nothing deleted returns, and all hosts are the same", () => {
  const stores = Array.from({ length: NODES }, () => openInMemory());
  try {
    for (let seed = SEED; seed < SEED + HISTORIES; seed++) {
      const next = seededNumbers(seed);
      const hex = (digits: number) =>
        Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join("");
      const ids = Array.from({ length: 2 + Math.floor(next() * 6) }, () => hex(32));
      const mesh = new Mesh(stores, next, ids);
      for (let n = 20 + Math.floor(next() * 60); n > 0; n--) mesh.step();
      mesh.heal();
      mesh.check(seed);
    }
  } finally {
    for (const store of stores) store.close();
  }
});
