import assert from "node:assert/strict";
import { sha256 } from "../../../lib/core/digest.ts";
import { MESH, type Scope, scopeLabel } from "../../../lib/core/scope.ts";
import type { Observation } from "../../../lib/memory/observation.ts";
import { findRecord, mergeObservation, mergeTombstone } from "../../../lib/memory/records.ts";
import { SUPERSEDED, supersededBy } from "../../../lib/memory/supersede.ts";
import { formatTombstone, type Tombstone } from "../../../lib/memory/tombstone.ts";
import { text } from "../../../lib/store/row.ts";
import { at, TEST_TIME } from "../../support/clock.ts";
import { testContext } from "../../support/context.ts";
import { observationOf, TEST_AUTHOR, testId } from "../../support/observations.ts";
import { seededNumbers, shuffled } from "../../support/random.ts";

/** Something that arrives. */
type Arrival =
  | { readonly observation: Observation; readonly shadowedAt: number | undefined }
  | { readonly tombstone: Tombstone; readonly scope: Scope };

/** What is seen of one record: `live`, `hidden` by those that supersede it, or another state. */
type Seen = Record<string, string>;

const NOW = at(TEST_TIME);
const SCOPES: readonly Scope[] = [MESH, { tier: "user", id: "alice" }];
const HISTORIES = 120;
const ORDERS = 6;

function history(next: () => number): Arrival[] {
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(next() * items.length)];
  const ids = Array.from({ length: 2 + Math.floor(next() * 6) }, (_, n) => testId(n));
  const arrivals: Arrival[] = [];
  const count = 3 + Math.floor(next() * 16);
  for (let n = 0; n < count; n++) {
    const id = pick(ids) ?? testId(0);
    const scope = pick(SCOPES) ?? MESH;
    if (next() < 0.2) {
      arrivals.push({ tombstone: formatTombstone(id, `reason ${n}`, NOW - n), scope });
      continue;
    }
    arrivals.push({
      observation: observationOf({
        id,
        scope,
        author: { ...TEST_AUTHOR, sessionId: `session-${Math.floor(next() * 3)}` },
        content: `content ${n}`,
        supersedes: ids.filter(() => next() < 0.3),
        expiresAt: next() < 0.2 ? NOW + (next() < 0.5 ? -1 : 1) * 1_000_000 : undefined,
        purged: next() < 0.1,
      }),
      shadowedAt: next() < 0.15 ? NOW - 1000 + n : undefined,
    });
  }
  return arrivals;
}

/** Lets everything arrive, some of it twice, and looks. */
function play(arrivals: readonly Arrival[], next: () => number): { seen: Seen; quarantine: string[] } {
  using context = testContext();
  const { store } = context;
  const twice = [...arrivals, ...arrivals.filter(() => next() < 0.4)];
  for (const arrival of shuffled(twice, next)) {
    store.write(() => {
      if ("tombstone" in arrival) mergeTombstone(store, arrival.tombstone, arrival.scope, TEST_AUTHOR);
      else mergeObservation(store, arrival.observation, NOW, arrival.shadowedAt);
    });
  }
  const seen: Seen = {};
  const superseded = new Set(
    store.all(
      `SELECT o.id || ' ' || o.scope AS record FROM observation o WHERE ${SUPERSEDED}`,
      [NOW],
      (row) => text(row, "record"),
    ),
  );
  for (const [record, id, scope] of records(arrivals)) {
    const stored = findRecord(store, id, scope);
    if (stored === undefined) continue;
    const by = supersededBy(store, id, scope, NOW);
    if (stored.state === "live") assert.equal(superseded.has(record), by.length > 0, record);
    seen[record] = `${sha256(stored.observation.payload)} ${
      stored.state === "live" ? `live ${by}` : stored.state
    }`;
  }
  const index = store.all("SELECT rowid FROM search_index", [], (row) => Number(row.rowid));
  const live = store.all("SELECT row FROM observation WHERE state = 0", [], (row) => Number(row.row));
  assert.deepEqual(index.sort(), live.sort(), "the search index holds the live records");
  const quarantine = store.all("SELECT payload FROM quarantine", [], (row) => text(row, "payload")).sort();
  return { seen, quarantine };
}

/** The same by the words of the design (§4, §5), without a database. */
function model(arrivals: readonly Arrival[]): { seen: Seen; quarantine: string[] } {
  const observed = (record: string) =>
    arrivals.filter((one) =>
      "observation" in one && nameOf(one.observation.id, one.observation.scope) === record
    );
  const isDeleted = (record: string) =>
    arrivals.some((one) => "tombstone" in one && nameOf(one.tombstone.id, one.scope) === record);
  const winners = new Map<string, { observation: Observation; state: string }>();
  const quarantine = new Set<string>();
  for (const [record] of records(arrivals)) {
    const all = observed(record).flatMap((one) => "observation" in one ? [one] : []);
    const rank = ({ observation }: { observation: Observation }) =>
      `${observation.purgedAt === undefined ? 1 : 0} ${sha256(observation.payload)}`;
    const [first, ...others] = all.sort((a, b) => rank(a) < rank(b) ? -1 : 1);
    if (first === undefined) continue;
    const isShadowed = all.every(({ shadowedAt }) => shadowedAt !== undefined);
    const isPurged = first.observation.purgedAt !== undefined;
    const state = isDeleted(record) ? "tombstoned" : isPurged ? "purged" : isShadowed ? "shadowed" : "live";
    winners.set(record, { observation: first.observation, state });
    if (isPurged) continue;
    for (const { observation } of others) {
      if (observation.payload !== first.observation.payload) quarantine.add(observation.payload);
    }
  }
  const listed = (record: string): string[] => {
    const found = winners.get(record);
    if (found?.state !== "live") return [];
    return found.observation.supersedes.map((id) => nameOf(id, found.observation.scope)).filter((name) =>
      name !== record
    );
  };
  const reached = (from: string): Set<string> => {
    const all = new Set<string>();
    const waiting = listed(from);
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      if (all.has(one)) continue;
      all.add(one);
      waiting.push(...listed(one));
    }
    return all;
  };
  const seen: Seen = {};
  for (const [record, { observation, state }] of winners) {
    const by = [...winners].filter(([name, winner]) =>
      listed(name).includes(record) && !reached(record).has(name) &&
      (winner.observation.expiresAt === undefined || winner.observation.expiresAt > NOW)
    ).map(([, winner]) => winner.observation.id).sort();
    seen[record] = `${sha256(observation.payload)} ${state === "live" ? `live ${by}` : state}`;
  }
  return { seen, quarantine: [...quarantine].sort() };
}

function records(arrivals: readonly Arrival[]): [record: string, id: string, scope: Scope][] {
  const found = new Map<string, [string, string, Scope]>();
  for (const one of arrivals) {
    const [id, scope] = "tombstone" in one
      ? [one.tombstone.id, one.scope]
      : [one.observation.id, one.observation.scope];
    found.set(nameOf(id, scope), [nameOf(id, scope), id, scope]);
  }
  return [...found.values()];
}

function nameOf(id: string, scope: Scope): string {
  return `${id} ${scopeLabel(scope)}`;
}

Deno.test("the same records show the same, in whatever order and however often they come", () => {
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const next = seededNumbers(seed);
    const arrivals = history(next);
    const expected = model(arrivals);
    for (let order = 0; order < ORDERS; order++) {
      assert.deepEqual(play(arrivals, next), expected, `seed ${seed}, order ${order}`);
    }
  }
});

Deno.test("histories contain what is hard", () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const { seen: states, quarantine } = model(history(seededNumbers(seed)));
    for (const state of Object.values(states)) {
      seen.add(state.replace(/^\S+ /, "").replace(/ .+/, " hidden").trim());
    }
    if (quarantine.length > 0) seen.add("quarantine");
  }
  assert.deepEqual([...seen].sort(), [
    "live",
    "live hidden",
    "purged",
    "quarantine",
    "shadowed",
    "tombstoned",
  ]);
});
