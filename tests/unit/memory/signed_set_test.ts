import assert from "node:assert/strict";
import { sha256 } from "../../../lib/core/digest.ts";
import { recordKey } from "../../../lib/core/keyspace.ts";
import { MESH, type Scope, scopeLabel } from "../../../lib/core/scope.ts";
import { isProven, type Verdict } from "../../../lib/trust/judge.ts";
import { signPayload } from "../../../lib/trust/signature.ts";
import { isOwnId, newOwnId, type OwnId, withNonce } from "../../../lib/trust/own_id.ts";
import { signRevocation, trustAuthorities } from "../../../lib/trust/publish.ts";
import { CERTIFICATES } from "../../../lib/trust/space.ts";
import { keptVerdict } from "../../../lib/trust/verdicts.ts";
import { ingest } from "../../../lib/memory/ingest.ts";
import { findRecord } from "../../../lib/memory/records.ts";
import { recheck } from "../../../lib/memory/recheck.ts";
import { formatTombstone } from "../../../lib/memory/tombstone.ts";
import type { Arrival } from "../../../lib/store/exchange.ts";
import { openInMemory } from "../../../lib/store/open.ts";
import { text } from "../../../lib/store/row.ts";
import { newAuthority } from "../../support/handmade_certificates.ts";
import { at, TEST_TIME } from "../../support/clock.ts";
import { observationOf, TEST_AUTHOR } from "../../support/observations.ts";
import { seededNumbers, seededRandom, shuffled } from "../../support/random.ts";
import { authoritySign, newHost, type TestHost } from "../../support/trust.ts";

const NOW = at(TEST_TIME);
const HISTORIES = Number(Deno.env.get("KIOKU_HISTORIES") ?? "60");
const SEED = Number(Deno.env.get("KIOKU_SEED") ?? "1");
const ORDERS = 5;
const TEAM: Scope = { tier: "team", id: "acme" };
const SCOPES: readonly Scope[] = [MESH, TEAM];

/** Hosts of a team: two of alice's, one of bob's, and one of bob's that is in no team. */
const names = ["a1", "a2", "b1", "b2"].map((name) => name.repeat(16));
const authority = await newAuthority();
const hosts: readonly TestHost[] = await Promise.all(names.map((host, n) =>
  newHost(authority, {
    host,
    user: n < 2 ? "alice" : "bob",
    teams: n < 3 ? ["acme"] : [],
  })
));

/** A record of a history: what arrives, and what of it the model has to know. */
interface Made {
  readonly arrival: Arrival;
  readonly kind: "o" | "t";
  readonly record: OwnId & { readonly host: string };
  readonly scope: Scope;
  readonly purged: boolean;
  /** Who the key says wrote the observation. */
  readonly author: string;
  /** Whose signature fits; undefined: none does. */
  readonly by: TestHost | undefined;
  /** What names a certificate. */
  readonly names: TestHost | undefined;
  readonly nonce: string | undefined;
  readonly seenAt: number;
}

interface History {
  readonly made: readonly Made[];
  /** Certificates and revocations. */
  readonly others: readonly Arrival[];
  readonly known: ReadonlySet<TestHost>;
  readonly revokedAt: ReadonlyMap<TestHost, number>;
}

async function history(next: () => number, seed: number): Promise<History> {
  const pick = <T>(items: readonly T[]): T => {
    const found = items[Math.floor(next() * items.length)];
    if (found === undefined) throw new TypeError("nothing to pick from");
    return found;
  };
  const random = seededRandom(seed);
  const records = Array.from({ length: 1 + Math.floor(next() * 3) }, () => {
    const host = pick(names);
    return { ...newOwnId(host, random), host };
  });
  const known = new Set(hosts.filter(() => next() < 0.8));
  const revokedAt = new Map([...known].filter(() => next() < 0.3).map((host) => [host, NOW + 50] as const));
  const made: Made[] = [];
  for (let n = 0; n < 3 + Math.floor(next() * 9); n++) {
    const record = pick(records);
    const scope = pick(SCOPES);
    const kind = next() < 0.2 ? "t" : "o";
    const purged = kind === "o" && next() < 0.15;
    // Mostly the truth; otherwise somebody else's key, or somebody else's signature.
    const author = next() < 0.85 ? record.host : pick(names);
    const signs = next() < 0.7;
    const honest = hosts.find(({ granted }) => granted.host === author);
    const signer = signs ? (next() < 0.7 ? honest : pick(hosts)) : undefined;
    const key = recordKey(kind === "o" ? "obs" : "tomb", scope, { ...TEST_AUTHOR, pcId: author }, record.id);
    const bare = kind === "t" ? formatTombstone(record.id, `${n}`, NOW).payload : observationOf({
      id: record.id,
      scope,
      author: { ...TEST_AUTHOR, pcId: author },
      content: purged ? "" : `content ${n}`,
      purged,
    }).payload;
    const nonce = next() < 0.9 ? record.nonce : undefined;
    const unsigned = nonce === undefined ? bare : withNonce(bare, nonce);
    const signed = signer === undefined ? unsigned : signPayload(signer.signer, key, unsigned);
    const tampers = signer !== undefined && next() < 0.15;
    made.push({
      arrival: { key, payload: tampers ? signed.replace(/\}$/, `, "x": ${n}}`) : signed },
      kind,
      record,
      scope,
      purged,
      author,
      by: tampers ? undefined : signer,
      names: signer,
      nonce: signer === undefined ? undefined : nonce,
      // An erasure cannot be taken back, so those that came after a revocation are for another test.
      seenAt: NOW + Math.floor(next() * (purged ? 50 : 100)),
    });
  }
  const revocations = await Promise.all(
    [...revokedAt].map(([{ granted }, when]) =>
      signRevocation(
        authority.pem,
        { serial: granted.serial, cn: granted.cn, at: when },
        authoritySign(authority),
      )
    ),
  );
  return { made, others: [...[...known].map(({ record }) => record), ...revocations], known, revokedAt };
}

/** What a host shows of every record. */
type Seen = Record<string, string>;

function nameOf({ record, scope }: Made): string {
  return `${record.id} ${scopeLabel(scope)}`;
}

function play(history: History, refuse: boolean, next: () => number): Seen {
  const store = openInMemory();
  trustAuthorities(store, authority.pem, NOW);
  const all: (Made | Arrival)[] = [...history.made, ...history.others];
  for (const one of shuffled([...all, ...all.filter(() => next() < 0.3)], next)) {
    if ("arrival" in one) {
      const how = { now: one.seenAt, republish: false, refuseUnproven: refuse };
      store.write(() => ingest(store, one.arrival, how));
    } else {
      store.write(() => CERTIFICATES.ingest(store, one, { now: NOW, republish: false }));
      for (const _ of recheck({ store, refuseUnproven: refuse, cause: "certificates" }));
    }
  }
  // What came before its observation, which was signed with a certificate that has been revoked.
  if (refuse) { for (const _ of recheck({ store, refuseUnproven: refuse, cause: "all" })); }
  const seen: Seen = {};
  for (const made of history.made) {
    const name = nameOf(made);
    const stored = findRecord(store, made.record.id, made.scope);
    const state = (kind: "o" | "t") =>
      keptVerdict(store, kind, made.record.id, scopeLabel(made.scope))?.state ?? "unsigned";
    const tombstone = store.get(
      "SELECT payload FROM tombstone WHERE id = ? AND scope = ?",
      [made.record.id, scopeLabel(made.scope)],
      (row) => text(row, "payload"),
    );
    seen[name] = [
      stored === undefined ? "absent" : `${stored.state} ${sha256(stored.observation.payload)} ${state("o")}`,
      tombstone === undefined ? "" : `${sha256(tombstone)} ${state("t")}`,
    ].join(", ");
  }
  store.close();
  return seen;
}

/** The verdict by the words of docs/signatures.md; undefined for what is forged. */
function verdict(history: History, made: Made): Verdict["state"] | undefined {
  const { known, revokedAt } = history;
  const { by, names: named, author, scope, record, nonce, kind, purged } = made;
  if (named === undefined) return "unsigned";
  if (!known.has(named)) return "unknown";
  if (by === undefined) return "failed";
  const erases = kind === "t" || purged;
  if (scope.tier === "team" && !by.granted.teams.includes(scope.id)) return erases ? "failed" : undefined;
  const isOwn = nonce !== undefined && isOwnId(record.id, author, nonce);
  if (!erases && (by.granted.host !== author || !isOwn)) return undefined;
  const sameUser = [...known].some(({ granted }) =>
    granted.host === author && granted.user === by.granted.user
  );
  if (erases && !(isOwn && (by.granted.host === author || sameUser))) return "foreign";
  return made.seenAt > (revokedAt.get(by) ?? Infinity) ? "revoked" : "verified";
}

/** What a host has to show, by the words of docs/signatures.md, without a database. */
function model(history: History, refuse: boolean): Seen {
  const seen: Seen = {};
  for (const name of new Set(history.made.map(nameOf))) {
    const judged = history.made.filter((one) => nameOf(one) === name).flatMap((one) => {
      const state = verdict(history, one);
      return state === undefined ? [] : [{ ...one, state }];
    });
    // What was signed with a certificate that has been revoked may be deleted by anybody.
    const cleared = judged.some(({ state, kind, by }) =>
      kind === "o" && state === "verified" && by !== undefined && history.revokedAt.has(by)
    );
    const taken = judged.filter(({ state, kind }) =>
      !refuse || state === "verified" || (cleared && kind === "t" && state === "foreign")
    );
    const rank = ({ state, purged, arrival }: typeof taken[number]) =>
      [
        isProven({ state }) ? 0 : 1,
        state === "revoked" ? 1 : 0,
        purged ? 0 : 1,
        sha256(arrival.payload),
      ].join(" ");
    const best = (kind: "o" | "t") =>
      taken.filter((one) => one.kind === kind).sort((a, b) => rank(a) < rank(b) ? -1 : 1)[0];
    const observation = best("o");
    // Of tombstones only whether they may counts, and for how long one had been seen does not.
    const tombstone = taken.filter(({ kind }) =>
      kind === "t"
    ).sort((a, b) =>
      rank({ ...a, state: isProven(a) ? "verified" : "failed" }) <
          rank({ ...b, state: isProven(b) ? "verified" : "failed" })
        ? -1
        : 1
    )[0];
    const state = tombstone !== undefined ? "tombstoned" : observation?.purged ? "purged" : "live";
    seen[name] = [
      observation === undefined
        ? "absent"
        : `${state} ${sha256(observation.arrival.payload)} ${observation.state}`,
      tombstone === undefined ? "" : `${sha256(tombstone.arrival.payload)} ${tombstone.state}`,
    ].join(", ");
  }
  return seen;
}

for (const refuse of [false, true]) {
  const policy = refuse ? "refuse" : "mark";
  Deno.test(`signed and forged records show the same in whatever order they and certificates come: ${policy}`, async () => {
    for (let seed = SEED; seed < SEED + HISTORIES; seed++) {
      const next = seededNumbers(seed);
      const one = await history(next, seed);
      const expected = model(one, refuse);
      for (let order = 0; order < ORDERS; order++) {
        assert.deepEqual(play(one, refuse, next), expected, `seed ${seed}, order ${order}`);
      }
    }
  });
}

Deno.test("histories contain what is hard", async () => {
  const found = new Set<string>();
  for (let seed = SEED; seed < SEED + HISTORIES; seed++) {
    const one = await history(seededNumbers(seed), seed);
    for (const made of one.made) {
      found.add(`${made.kind}${made.purged ? "p" : ""} ${verdict(one, made) ?? "forged"}`);
    }
  }
  const kinds = ["unsigned", "unknown", "failed", "verified", "revoked"];
  for (const kind of [...kinds, "forged"]) assert.ok(found.has(`o ${kind}`), kind);
  for (const kind of [...kinds, "foreign"]) {
    assert.ok(found.has(`t ${kind}`), `tombstone ${kind}`);
    if (kind !== "revoked") assert.ok(found.has(`op ${kind}`), `stub ${kind}`);
  }
});
