import assert from "node:assert/strict";
import { recordKey } from "../../../lib/core/keyspace.ts";
import { MESH } from "../../../lib/core/scope.ts";
import { digests } from "../../../lib/memory/digests.ts";
import { ingest } from "../../../lib/memory/ingest.ts";
import { confirmOutgoing, outgoing, outgoingRecord } from "../../../lib/memory/outgoing.ts";
import { findRecord, mergeTombstone } from "../../../lib/memory/records.ts";
import { recheck } from "../../../lib/memory/recheck.ts";
import { MEMORIES } from "../../../lib/memory/space.ts";
import { formatTombstone } from "../../../lib/memory/tombstone.ts";
import { difference } from "../../../lib/mesh/compare.ts";
import { publish } from "../../../lib/mesh/publish.ts";
import { type Arrival, RECORD_KINDS } from "../../../lib/store/exchange.ts";
import { openInMemory } from "../../../lib/store/open.ts";
import { enqueue } from "../../../lib/store/outbox.ts";
import type { Store } from "../../../lib/store/store.ts";
import { newOwnId, type OwnId, withNonce } from "../../../lib/trust/own_id.ts";
import { trustAuthorities } from "../../../lib/trust/publish.ts";
import { signPayload } from "../../../lib/trust/signature.ts";
import { CERTIFICATES } from "../../../lib/trust/space.ts";
import { at, TEST_TIME } from "../../support/clock.ts";
import { newAuthority } from "../../support/handmade_certificates.ts";
import { observationOf, TEST_AUTHOR } from "../../support/observations.ts";
import { seededNumbers, seededRandom } from "../../support/random.ts";
import { newHost, type TestHost } from "../../support/trust.ts";

const NOW = at(TEST_TIME);
const HISTORIES = Number(Deno.env.get("KIOKU_HISTORIES") ?? "40");
const SEED = Number(Deno.env.get("KIOKU_SEED") ?? "1");
const authority = await newAuthority();
const [hubHost, one, two, thief] = await Promise.all([
  newHost(authority, { host: "c0".repeat(16), user: "carol" }),
  newHost(authority, { host: "a1".repeat(16), user: "alice" }),
  newHost(authority, { host: "a2".repeat(16), user: "alice" }),
  newHost(authority, { host: "e1".repeat(16), user: "eve" }),
]);
const members: readonly TestHost[] = [hubHost, one, two, thief];

interface Host {
  readonly store: Store;
  readonly isHub: boolean;
  readonly inbox: Arrival[];
  linked: boolean;
}

/** A hub with a storage and two spokes, and somebody who puts whatever they like into the storage. */
class Mesh {
  readonly hosts: readonly Host[];
  readonly storage = new Map<string, string>();
  /** What was signed by its author, and what it said. */
  readonly honest = new Map<string, string>();
  readonly deleted = new Set<string>();
  #count = 0;

  constructor(readonly next: () => number, readonly refuse: boolean, readonly seed: number) {
    this.hosts = [0, 1, 2].map((n) => {
      const store = openInMemory();
      trustAuthorities(store, authority.pem, NOW);
      return { store, isHub: n === 0, inbox: [], linked: true };
    });
  }

  pick<T>(items: readonly T[]): T {
    const found = items[Math.floor(this.next() * items.length)];
    if (found === undefined) throw new TypeError("nothing to pick from");
    return found;
  }

  step(): void {
    const host = this.pick(this.hosts);
    const what = this.next();
    if (what < 0.22) this.save(host, this.pick([one, two]));
    else if (what < 0.3) this.remove(host);
    else if (what < 0.5) this.attack();
    else if (what < 0.6) this.learn(host, this.pick(members));
    else if (what < 0.68) host.linked = !host.linked;
    else if (what < 0.82) this.drain(host);
    else if (what < 0.95) this.deliver(host);
    else this.reconcile(host);
  }

  /** A member signs a record, which its host takes and sends. */
  save(host: Host, by: TestHost): void {
    const own = newOwnId(by.signer.host, seededRandom(this.seed * 1000 + ++this.#count));
    const arrival = this.#signed(by, own, `said ${this.#count}`);
    this.honest.set(own.id, `said ${this.#count}`);
    host.store.write(() => {
      ingest(host.store, arrival, this.#how(false));
      enqueue(host.store, "observation", own.id, "mesh", NOW);
    });
  }

  /** The author's user deletes a record that a host has. */
  remove({ store }: Host): void {
    const found = [...this.honest.keys()].map((id) => findRecord(store, id, MESH)).find((one) =>
      one?.state === "live"
    );
    if (found === undefined) return;
    const { id, author, payload } = found.observation;
    const by = author.pcId === one.signer.host ? two : one;
    const nonce = /"_nonce": "(\w+)"/.exec(payload)?.[1];
    if (nonce === undefined) return;
    const key = recordKey("tomb", MESH, author, id);
    const text = signPayload(by.signer, key, withNonce(formatTombstone(id, "", NOW).payload, nonce));
    store.write(() => {
      mergeTombstone(store, { ...formatTombstone(id, "", NOW), payload: text }, MESH, author);
      enqueue(store, "tombstone", id, "mesh", NOW);
    });
    this.deleted.add(id);
  }

  /** Somebody puts a forgery into the storage, over a record or beside it. */
  attack(): void {
    const records = [...this.storage].filter(([key]) => key.includes("/obs/"));
    if (records.length === 0) return;
    const [key, payload] = this.pick(records);
    const id = key.slice(-32);
    const bare = payload.replace(/^\{.*?"content"/, '{"content"');
    const forgeries: readonly (readonly [string, string])[] = [
      [key, payload.replace(/said/, "sold")],
      [key, bare.replace(/said/, "sold")],
      [key, signPayload(thief.signer, key, withNonce(bare.replace(/said/, "sold"), "0".repeat(16)))],
      [key, bare.replace('{"content": "', `{"purged_at": "${TEST_TIME}", "content": "`)],
      [
        key.replace(/[0-9a-f]{32}(?=\/[^/]*\/[0-9a-f]{32}$)/, thief.signer.host),
        bare.replaceAll(/a[12]{1}(?:a[12])*/g, "e1"),
      ],
      ...(this.refuse
        ? [[key.replace("/obs/", "/tomb/"), formatTombstone(id, "forged", NOW).payload] as const]
        : []),
    ];
    const [at, text] = this.pick(forgeries);
    this.#put({ key: at, payload: text });
  }

  learn({ store }: Host, member: TestHost): void {
    store.write(() => CERTIFICATES.ingest(store, member.record, { now: NOW, republish: false }));
    for (const _ of recheck({ store, refuseUnproven: this.refuse, cause: "certificates" }));
  }

  drain(host: Host): number {
    if (!host.linked) return 0;
    const waiting = outgoing(host.store, outgoingRecord, ["mesh"], 0, 200).records;
    for (const record of waiting) this.#put(record);
    confirmOutgoing(
      host.store,
      outgoingRecord,
      waiting.filter(({ key, payload }) => this.storage.get(key) === payload),
    );
    return waiting.length;
  }

  deliver(host: Host): void {
    for (let n = Math.ceil(this.next() * host.inbox.length); n > 0; n--) {
      const [arrival] = host.inbox.splice(Math.floor(this.next() * host.inbox.length), 1);
      if (arrival !== undefined) this.#take(host, arrival, host.isHub);
    }
  }

  reconcile(host: Host): void {
    const [hub] = this.hosts;
    if (!host.linked || hub === undefined) return;
    if (host.isHub) {
      for (const [key, payload] of [...this.storage]) this.#take(host, { key, payload }, true);
      return;
    }
    const { wanted, lacking } = difference(digests(host.store, "mesh", ""), digests(hub.store, "mesh", ""));
    for (const { kind, id } of wanted) {
      const record = MEMORIES.outgoing(hub.store, RECORD_KINDS[kind], id, "mesh");
      if (record !== undefined) this.#take(host, record, true);
    }
    publish(host.store, () => NOW, "mesh", lacking);
  }

  /** Everybody learns every certificate, and all goes on; gives how much was still sent in the last round. */
  heal(): number {
    let sent = 0;
    for (const host of this.hosts) {
      host.linked = true;
      for (const member of members) this.learn(host, member);
    }
    for (let round = 0; round < 12; round++) {
      sent = 0;
      for (const host of this.hosts) {
        this.reconcile(host);
        sent += this.drain(host);
        while (host.inbox.length > 0) this.deliver(host);
      }
    }
    return sent;
  }

  check(): void {
    const where = `seed ${this.seed}, ${this.refuse ? "refuse" : "mark"}`;
    const sets = this.hosts.map(({ store }) =>
      digests(store, "mesh", "").map((each) => JSON.stringify(each)).sort()
    );
    for (const set of sets) assert.deepEqual(set, sets[0], `the sets differ: ${where}`);
    for (const { store } of this.hosts) {
      for (const [id, content] of this.honest) {
        const found = findRecord(store, id, MESH);
        if (this.deleted.has(id)) {
          // What a tombstone hides is not exchanged, so nothing is said of its text.
          assert.match(found?.state ?? "gone", /^(tombstoned|gone)$/, `${id} came back: ${where}`);
        } else {
          assert.equal(found?.state, "live", `${id} was hidden: ${where}`);
          assert.equal(found?.observation.content, content, where);
        }
      }
    }
  }

  close(): void {
    for (const { store } of this.hosts) store.close();
  }

  #signed(by: TestHost, { id, nonce }: OwnId, content: string): Arrival {
    const author = { ...TEST_AUTHOR, pcId: by.signer.host };
    const key = recordKey("obs", MESH, author, id);
    return {
      key,
      payload: signPayload(by.signer, key, withNonce(observationOf({ id, author, content }).payload, nonce)),
    };
  }

  #how(republish: boolean) {
    return { now: NOW, republish, refuseUnproven: this.refuse };
  }

  #put(arrival: Arrival): void {
    this.storage.set(arrival.key, arrival.payload);
    for (const host of this.hosts) if (host.linked) host.inbox.push(arrival);
  }

  #take({ store }: Host, arrival: Arrival, republish: boolean): void {
    if (MEMORIES.isKnown(store, arrival)) return;
    store.write(() => ingest(store, arrival, this.#how(republish)));
  }
}

for (const refuse of [false, true]) {
  Deno.test(`forgeries neither replace nor hide what is signed, and hosts agree and fall silent: ${refuse ? "refuse" : "mark"}`, () => {
    for (let seed = SEED; seed < SEED + HISTORIES; seed++) {
      const mesh = new Mesh(seededNumbers(seed), refuse, seed);
      try {
        // Under refuse a host takes only what it can verify, so who saves is known to its own host.
        for (const host of mesh.hosts) for (const member of [one, two]) if (refuse) mesh.learn(host, member);
        for (let n = 0; n < 60; n++) mesh.step();
        assert.equal(mesh.heal(), 0, `seed ${seed}: hosts still answer each other`);
        mesh.check();
      } finally {
        mesh.close();
      }
    }
  });
}
