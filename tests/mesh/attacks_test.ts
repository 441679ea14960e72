/**
 * What a hub with certificates must refuse, with real routers and a raw Zenoh client or a rogue router, and the line of its log
 * that says so.
 */
import assert from "node:assert/strict";
import { describe } from "../../lib/cli/peer_event.ts";
import { monotonicClock } from "../../lib/core/clock.ts";
import { recordKey } from "../../lib/core/keyspace.ts";
import { MESH, type Scope } from "../../lib/core/scope.ts";
import { parseEndpoint } from "../../lib/mesh/endpoint.ts";
import { Allowances } from "../../lib/mesh/allowance.ts";
import { alignmentKeys } from "../../lib/mesh/replication.ts";
import type { LinkTls } from "../../lib/mesh/router_config.ts";
import { storagesFor } from "../../lib/mesh/storages.ts";
import { quarantineCount } from "../../lib/store/quarantine.ts";
import { observationOf, TEST_AUTHOR, testId } from "../support/observations.ts";
import { ENGINE_FOLDER, startHost, until } from "./support/host.ts";
import { recordSet, save, startTestPeer, type TestPeer, untilCaughtUp, untilEqual } from "./support/peers.ts";
import { type RawClient, startRawClient } from "./support/raw_client.ts";
import { accessFor, type Holder, Issuer } from "./support/secured.ts";

const ALICE: Scope = { tier: "user", id: "alice" };
const ACME: Scope = { tier: "team", id: "acme" };
const SCOPES = [MESH, ALICE, { tier: "user", id: "bob" } as const, ACME];

const MINE = recordKey("obs", ALICE, TEST_AUTHOR, testId(1));
const TEAMS = recordKey("obs", ACME, TEST_AUTHOR, testId(2));
const FORGED = observationOf({ id: testId(1), scope: ALICE, content: "poison" }).payload;

function lines({ events }: TestPeer): string[] {
  return events.flatMap((event) => describe(event) ?? []);
}

async function told(hub: TestPeer, pattern: RegExp): Promise<void> {
  await until(`the log says ${pattern}`, () => lines(hub).some((line) => pattern.test(line)), 15_000)
    .catch((error) => assert.fail(`${error}\n${lines(hub).join("\n")}`));
}

const [{ aligner: ALIGNER, digests: DIGESTS } = { aligner: "", digests: "" }] = storagesFor([ALICE], "scopes")
  .map(alignmentKeys);

/** A hub with Alice, who is in team acme, and Bob, who is not; and what is theirs. */
async function withHub(run: (world: World) => Promise<void>, allowances?: Allowances): Promise<void> {
  if (ENGINE_FOLDER === undefined) {
    throw new Error("KIOKU_MESH_ENGINE_DIR must name a folder with the engine.");
  }
  using issuer = await Issuer.make();
  using other = await Issuer.make("another CA");
  const [h, a, b] = [
    await issuer.issue("hub"),
    await issuer.issue("alice", { user: "alice", teams: ["acme"] }),
    await issuer.issue("bob", { user: "bob" }),
  ];
  await using hub = await startTestPeer({
    role: "hub",
    scopes: SCOPES,
    ...h,
    access: accessFor([a, b], SCOPES),
    ...(allowances === undefined ? {} : { allowances }),
  });
  await using alice = await startTestPeer({
    role: "spoke",
    scopes: [MESH, ALICE, ACME],
    connect: hub.endpoint,
    ...a,
  });
  await untilCaughtUp(hub, alice);
  await using witness = await startRawClient({ endpoint: hub.endpoint, tls: a.tls });
  await witness.put(MINE, observationOf({ id: testId(1), scope: ALICE }).payload);
  await witness.put(TEAMS, observationOf({ id: testId(2), scope: ACME }).payload);
  save(alice.memory, "for everybody");
  await untilEqual([hub, alice]);
  for (const scope of ["user/alice", "team/acme"]) await untilEqual([hub, alice], 10_000, scope);
  assert.equal(recordSet(hub.memory, "user/alice").length, 1);
  await run({ issuer, other, hub, alice, a, b, witness });
}

interface World {
  readonly issuer: Issuer;
  readonly other: Issuer;
  readonly hub: TestPeer;
  readonly alice: TestPeer;
  readonly a: Holder;
  readonly b: Holder;
  /** A raw client with Alice's certificate. */
  readonly witness: RawClient;
}

/** All that is there, in databases and storages. */
async function everything({ hub, alice, witness }: World): Promise<unknown> {
  const sets = [hub, alice].map(({ memory }) =>
    ["mesh", "user/alice", "user/bob", "team/acme"].map((scope) => recordSet(memory, scope))
  );
  const stored: [string, string][] = [];
  for (const scope of ["mesh", "user/alice", "team/acme"]) {
    stored.push(...await witness.get(`mem/${scope}/*/**`));
  }
  return { sets, stored: stored.sort() };
}

/** What somebody tries who has no link that counts, and what the hub says. */
const CONNECTING: readonly {
  readonly name: string;
  readonly tls: (world: World) => Promise<Partial<LinkTls> & { ca: string } | undefined>;
  readonly says: RegExp;
}[] = [
  {
    name: "no certificate",
    tls: ({ a }) => Promise.resolve({ ca: a.tls.ca }),
    says: /it has no certificate/,
  },
  {
    name: "a certificate of another authority with the same name",
    tls: async ({ other, a }) => {
      const forged = await other.authority.issue({ cn: a.grant.cn, host: a.pcId, user: "alice" });
      return { ...other.write(forged), ca: a.tls.ca };
    },
    says: /another authority's/,
  },
  {
    name: "a certificate that is over",
    tls: async ({ issuer }) => (await issuer.issue("old", { notAfter: new Date(Date.now() - 1_000) })).tls,
    says: /its certificate is over/,
  },
];

Deno.test("who has no certificate that counts gets no link", (t) =>
  withHub(async (world) => {
    for (const { name, tls, says } of CONNECTING) {
      await t.step(name, async () => {
        const given = await tls(world);
        await assert.rejects(
          startRawClient({ endpoint: world.hub.endpoint, ...(given === undefined ? {} : { tls: given }) }),
          /no session/,
        );
        await told(world.hub, new RegExp(`^turned away: a connection .*${says.source}`));
      });
    }
    await t.step("no TLS at all", async () => {
      const endpoint = world.hub.endpoint.replace("tls/", "tcp/");
      await assert.rejects(startRawClient({ endpoint }), /no session/);
    });
  }));

/** What a holder does beyond its own, and what the hub says. What it does must change nothing. */
const BEYOND: readonly {
  readonly name: string;
  act(bob: RawClient, world: World): Promise<void>;
  readonly says: RegExp;
}[] = [
  {
    name: "puts into another user's scope",
    act: (bob) => bob.put(MINE, FORGED),
    says: /put on mem\/user\/alice\//,
  },
  {
    name: "puts into a team that it is not in",
    act: (bob) => bob.put(TEAMS, FORGED),
    says: /put on mem\/team\/acme\//,
  },
  {
    name: "puts a message to another user",
    act: (bob) => bob.put("msg/user/alice/inbox/agent/x/y", "{}"),
    says: /put on msg\/user\/alice\//,
  },
  {
    name: "puts under the oldest keys, which name no scope",
    act: (bob) => bob.put(`mem/obs/a/b/c/d/${testId(3)}`, FORGED),
    says: /put on mem\/obs\//,
  },
  {
    name: "deletes another user's record",
    act: (bob) => bob.delete(MINE),
    says: /delete on mem\/user\/alice\//,
  },
  {
    name: "deletes all of the mesh",
    act: (bob) => bob.delete("mem/mesh/**"),
    says: /delete on mem\/mesh\/\*\*/,
  },
  ...["mem/user/alice/**", "mem/team/acme/obs/**", "mem/**", "**", "msg/**"].map((selector) => ({
    name: `asks for ${selector}`,
    act: async (bob: RawClient) => assert.deepEqual(await bob.get(selector), []),
    says: new RegExp(`query on ${RegExp.escape(selector)},`),
  })),
  {
    name: "compares another user's scope as a peer does",
    act: async (bob) => assert.deepEqual(await bob.get("mem/user/alice/sync"), []),
    says: /query on mem\/user\/alice\//,
  },
  {
    name: "subscribes to another user's scope, and to all",
    async act(bob, { witness }) {
      for (const key of ["mem/user/alice/**", "mem/**", "**"]) await bob.subscribe(key);
      // What Alice sends meanwhile is here already, so that it changes nothing.
      await witness.put(MINE, observationOf({ id: testId(1), scope: ALICE }).payload);
      await bob.put("mem/user/bob/marker", "m");
      await until("what is its own comes", async () => (await bob.seen()).length > 0);
      assert.deepEqual(
        (await bob.seen()).map(([key]) => key).filter((key) => !key.startsWith("mem/user/bob/")),
        [],
      );
    },
    says: /declare subscriber on mem\/user\/alice\/\*\*/,
  },
  {
    name: "answers for another user's scope",
    async act(bob, { witness }) {
      await bob.answer("mem/user/alice/**", "poison");
      assert.ok((await witness.get("mem/user/alice/*/**")).every(([, payload]) => payload !== "poison"));
    },
    says: /declare queryable on mem\/user\/alice\/\*\*/,
  },
  {
    name: "answers for the mesh, and as a hub does",
    async act(bob, { witness }) {
      for (const key of ["mem/mesh/**", "mem/mesh/sync"]) await bob.answer(key, "poison");
      for (const key of ["mem/mesh/*/**", "mem/mesh/sync"]) {
        assert.ok((await witness.get(key)).every(([, payload]) => payload !== "poison"));
      }
    },
    says: /declare queryable on mem\/mesh\/sync/,
  },
  {
    name: "says that another host is there",
    async act(bob, { a, b, witness }) {
      await bob.beThere(`kioku/peer/${a.pcId}/abc`);
      await bob.beThere(`kioku/peer/${b.pcId}/abc`);
      const there = () => witness.whoIsThere("kioku/peer/*/abc");
      await until("its own is there", async () => (await there()).length > 0);
      assert.deepEqual(await there(), [`kioku/peer/${b.pcId}/abc`]);
    },
    says: /liveliness token on kioku\/peer\/61616161/,
  },
  {
    name: "asks the router about itself",
    act: async (bob) => {
      const own = (key: string) => key.startsWith(`@/${bob.zid}/`);
      assert.deepEqual((await bob.get("@/**")).filter(([key]) => !own(key)), []);
    },
    says: /query on @\/\*\*/,
  },
  {
    name: "gives the router orders",
    act: (bob, { hub }) => bob.put(`@/${zidOf(hub)}/router/config/access_control/enabled`, "false"),
    says: /put on @\/.*\/router\/config\/access_control/,
  },
  {
    name: "asks the storages of another user's scope for alignment",
    act: async (bob) => assert.deepEqual(await bob.get(ALIGNER), []),
    says: new RegExp(`query on ${RegExp.escape(ALIGNER)}`),
  },
  {
    name: "offers them to align with it",
    act: (bob) => bob.put(DIGESTS.replace("*", bob.zid), "digest"),
    says: new RegExp(`put on ${DIGESTS.replace("*", ".*")}`),
  },
  {
    name: "puts more than a record may be",
    act: (bob) => bob.put(`mem/mesh/obs/a/b/c/d/${testId(4)}`, "x".repeat(17_000_000)),
    says: /put on mem\/mesh\/obs\/.*too large/,
  },
];

function zidOf({ events }: TestPeer): string {
  return events.flatMap((event) => event.kind === "router-up" ? [event.zid] : []).at(-1) ?? "";
}

Deno.test("a holder's raw client gets nothing beyond what its certificate grants, and changes nothing", (t) =>
  withHub(async (world) => {
    await using bob = await startRawClient({ endpoint: world.hub.endpoint, tls: world.b.tls });
    await bob.put("mem/user/bob/marker", "m");
    await until("bob has his own", async () => (await bob.get("mem/user/bob/**")).length === 1);
    const before = await everything(world);
    for (const { name, act, says } of BEYOND) {
      await t.step(name, async () => {
        await act(bob, world);
        await told(world.hub, new RegExp(`^turned away: ${world.b.grant.cn} .*${says.source}`));
        assert.deepEqual(await everything(world), before);
      });
    }
    await t.step("and goes on within it", async () => {
      assert.equal((await bob.get("mem/mesh/obs/**")).length, 1);
      assert.equal((await bob.get("mem/user/bob/**")).length, 1);
    });
  }));

Deno.test("a certificate of the authority that no rule names may do nothing", () =>
  withHub(async (world) => {
    const { tls } = await world.issuer.issue("stranger", { user: "alice", teams: ["acme"] });
    await using stranger = await startRawClient({ endpoint: world.hub.endpoint, tls });
    const before = await everything(world);
    await stranger.put(`mem/mesh/obs/a/b/c/d/${testId(5)}`, FORGED);
    await stranger.subscribe("mem/mesh/**");
    assert.deepEqual(await stranger.get("mem/mesh/**"), []);
    await told(
      world.hub,
      new RegExp(`^turned away: router ${stranger.zid}, whose certificate is revoked or not in the`),
    );
    assert.deepEqual(await everything(world), before);
  }));

Deno.test("a rogue router with a storage of another user's scope neither reads nor poisons it", () =>
  withHub(async (world) => {
    const { hub, b } = world;
    const before = await everything(world);
    await using rogue = await startHost({
      tls: b.tls,
      listen: [],
      connect: [parseEndpoint(hub.endpoint)],
      scopes: [ALICE, MESH],
    });
    await rogue.session.putAcknowledged(MINE, FORGED);
    await rogue.session.putAcknowledged(recordKey("obs", ALICE, TEST_AUTHOR, testId(6)), FORGED);
    const who = `^turned away: ${b.grant.cn} .*`;
    await told(hub, new RegExp(`${who}declare queryable on mem/user/alice/`));
    await told(hub, new RegExp(`${who}declare queryable on ${ALIGNER.replace("*", rogue.router.zid)}`));
    await told(hub, new RegExp(`${who}declare subscriber on ${RegExp.escape(DIGESTS)}`));
    const there: string[] = [];
    await rogue.session.getAll(
      "mem/user/alice/**",
      ({ payload }) => void there.push(new TextDecoder().decode(payload)),
    );
    assert.deepEqual(there, [FORGED, FORGED]);
    assert.deepEqual(await everything(world), before);
  }));

Deno.test("what a holder puts over all of its scope is put right from the hub's database", () =>
  withHub(async (world) => {
    const { hub, alice, b, witness } = world;
    for (let n = 0; n < 5; n++) save(alice.memory, `memory ${n}`);
    await untilEqual([hub, alice]);
    const before = await everything(world);
    await using bob = await startRawClient({ endpoint: hub.endpoint, tls: b.tls });
    await bob.put("mem/mesh/obs/**", "poison");
    await told(hub, /^overwritten: .* mem\/mesh\/obs\/\*\*/);
    await until("the storage is as it was", async () => {
      const stored = await witness.get("mem/mesh/*/**");
      return stored.length === 6 && stored.every(([, payload]) => payload !== "poison");
    }, 15_000);
    assert.deepEqual(await everything(world), before);
  }));

Deno.test("a holder that floods is slowed and told, and what others save is taken before it", () =>
  withHub(async (world) => {
    const { hub, alice, b } = world;
    await using bob = await startRawClient({ endpoint: hub.endpoint, tls: b.tls });
    const count = 3_000;
    const aside = () => quarantineCount(hub.memory.store);
    await bob.flood(`mem/mesh/obs/a/b/${b.pcId}/d/{}`, count, 300);
    const id = save(alice.memory, "meanwhile");
    await until("it is there", () => recordSet(hub.memory).some((line) => line.includes(id)), 30_000);
    assert.ok(aside() < count, `${aside()} of the flood were taken first`);
    await until("its allowance is used up", () => aside() >= 500, 30_000);
    await told(hub, new RegExp(`^slowed: ${b.pcId} sends more`));
    save(alice.memory, "afterwards");
    await untilEqual([hub, alice], 30_000);
    assert.ok(aside() < count, `${aside()} of the flood were taken`);
  }, new Allowances(monotonicClock(Date.now), 500, 10)));
