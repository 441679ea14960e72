import assert from "node:assert/strict";
import { DAY, type Micros } from "../../../../lib/core/clock.ts";
import { newId } from "../../../../lib/core/ids.ts";
import { MESH, type Scope } from "../../../../lib/core/scope.ts";
import { formatObservation, type Observation } from "../../../../lib/memory/observation.ts";
import { mergeObservation } from "../../../../lib/memory/records.ts";
import type { SearchPage, SearchRequest } from "../../../../lib/memory/search/request.ts";
import { searchMemories } from "../../../../lib/memory/search/search.ts";
import { at, TEST_TIME } from "../../../support/clock.ts";
import { TEST_IDENTITY, type TestContext, testContext } from "../../../support/context.ts";
import { seededNumbers } from "../../../support/random.ts";

type Fields = Partial<Omit<Observation, "payload">>;

/** Stores a memory; what is not given is plain. */
function put(context: TestContext, content: string, given: Fields = {}): Observation {
  const fields = {
    id: newId(context.random),
    scope: MESH,
    author: TEST_IDENTITY,
    content,
    project: "",
    tags: [],
    createdAt: context.clock(),
    memoryType: "note" as const,
    importance: 3,
    subject: "",
    summary: "",
    sourceFiles: [],
    references: [],
    supersedes: [],
    expiresAt: undefined,
    ...given,
  };
  const observation: Observation = { purgedAt: undefined, ...fields, payload: formatObservation(fields) };
  context.store.write(() => mergeObservation(context.store, observation, context.clock()));
  return observation;
}

function find(context: TestContext, query: string, more: Partial<SearchRequest> = {}): SearchPage {
  const request = {
    query,
    mode: undefined,
    filters: {},
    limit: 50,
    includeSuperseded: false,
    cursor: undefined,
  };
  return searchMemories(context, { ...request, ...more });
}

/** The contents of what was found, in order. */
function contents(context: TestContext, query: string, more: Partial<SearchRequest> = {}): string[] {
  return find(context, query, more).hits.map(({ stored }) => stored.observation.content);
}

Deno.test("an empty query browses, the newest first, whatever the order of arrival", () => {
  using context = testContext();
  const now = at(TEST_TIME);
  put(context, "middle", { createdAt: now - 2 * DAY });
  put(context, "oldest", { createdAt: now - 3 * DAY });
  put(context, "newest", { createdAt: now - DAY });
  assert.deepEqual(contents(context, " "), ["newest", "middle", "oldest"]);
  assert.equal(find(context, "").hits[0]?.snippet, undefined);
});

Deno.test("what is superseded, expired or of an unreadable scope is not found", () => {
  using context = testContext({ settings: { userId: "alice" } });
  const now = at(TEST_TIME);
  const old = put(context, "the port is 8080");
  put(context, "the port is 9090", { supersedes: [old.id] });
  put(context, "the port expired", { expiresAt: now - DAY });
  const bob: Scope = { tier: "user", id: "bob" };
  put(context, "the port of bob", { scope: bob });
  put(context, "the port of alice", { scope: { tier: "user", id: "alice" } });
  for (const query of ["port", ""]) {
    assert.deepEqual(
      contents(context, query).sort(),
      ["the port is 9090", "the port of alice"],
      `query "${query}"`,
    );
    assert.ok(contents(context, query, { includeSuperseded: true }).includes("the port is 8080"));
  }
});

Deno.test("filters of the request and of the query hold together", () => {
  using context = testContext();
  const author = { ...TEST_IDENTITY, agentFamily: "codex", clientId: "bob@desk", pcId: "ff".repeat(16) };
  put(context, "cache one", { project: "web", tags: ["perf", "redis"], memoryType: "bug" });
  put(context, "cache two", { project: "web app", tags: ["perf"], author, sourceFiles: ["src/a.ts"] });
  put(context, "cache three", { project: "api", references: ["#12"], createdAt: at(TEST_TIME) - 30 * DAY });
  const expected: readonly (readonly [query: string, more: Partial<SearchRequest>, found: string[]])[] = [
    ["project:web", {}, ["cache one"]],
    ['project:"web app"', {}, ["cache two"]],
    ["tag:perf", {}, ["cache two", "cache one"]],
    ["tag:perf tag:redis", {}, ["cache one"]],
    ["type:bug", {}, ["cache one"]],
    ["agent:codex", {}, ["cache two"]],
    ["agent:bob@desk", {}, ["cache two"]],
    ["host:desk", {}, ["cache two"]],
    ["host:ffff", {}, ["cache two"]],
    ["host:mbp", {}, ["cache three", "cache one"]],
    ["since:7d", {}, ["cache two", "cache one"]],
    ["until:7d", {}, ["cache three"]],
    ["scope:mesh", { filters: { project: "api" } }, ["cache three"]],
    ["project:web", { filters: { project: "api" } }, []],
    ["", { filters: { sourceFiles: ["src/a.ts", "src/b.ts"] } }, ["cache two"]],
    ["", { filters: { references: ["#12"] } }, ["cache three"]],
    ["", { filters: { clientId: "bob@desk" } }, ["cache two"]],
    ["", { filters: { sessionId: "none" } }, []],
  ];
  for (const [query, more, found] of expected) {
    assert.deepEqual(contents(context, query, more).sort(), found.toSorted(), `browsing by "${query}"`);
    assert.deepEqual(
      contents(context, `cache ${query}`, more).sort(),
      found.toSorted(),
      `searching by "${query}"`,
    );
  }
});

Deno.test("a phrase must stand there as it is, and what is excluded must not", () => {
  using context = testContext();
  put(context, "The connection pool is exhausted");
  put(context, "The pool of the connection");
  put(context, "Connection pools and consumers");
  put(context, "設定を変更する");
  assert.deepEqual(contents(context, '"connection pool"'), ["The connection pool is exhausted"]);
  assert.deepEqual(contents(context, "pool -exhausted -consumer"), ["The pool of the connection"]);
  assert.deepEqual(contents(context, '"定を変"'), ["設定を変更する"]);
  assert.deepEqual(contents(context, "-connection"), ["設定を変更する"]);
});

Deno.test("a negative number is a word, not an exclusion", () => {
  using context = testContext();
  put(context, "Keychain gives errSecItemNotFound (-25300) for a missing item");
  assert.equal(contents(context, "errSecItemNotFound -25300").length, 1);
  assert.equal(contents(context, "-25300").length, 1);
});

Deno.test("the mode and wants every word, the others any, the fuller first", () => {
  using context = testContext();
  put(context, "redis cluster failover");
  put(context, "redis eviction");
  put(context, "postgres failover");
  assert.deepEqual(contents(context, "redis failover", { mode: "and" }), ["redis cluster failover"]);
  for (const mode of ["or", "and_or", undefined] as const) {
    const found = contents(context, "redis failover", { mode });
    assert.equal(found.length, 3);
    assert.equal(found[0], "redis cluster failover");
  }
  put(context, "redis redis redis", { subject: "redis", importance: 5 });
  put(context, `failover of a long story about redis ${"and other things ".repeat(60)}`, { importance: 1 });
  const [first, second] = contents(context, "redis failover", { mode: "and_or" });
  assert.equal(first, "redis cluster failover");
  assert.match(second ?? "", /^failover of a long story/);
});

Deno.test("anything can be asked", () => {
  using context = testContext();
  put(context, "plain words");
  const next = seededNumbers(7);
  const alphabet = [
    '"',
    "-",
    ":",
    "*",
    "(",
    ")",
    "^",
    " ",
    "a",
    "設",
    "定",
    "AND",
    "NEAR",
    "{",
    "}",
    "\0",
    "\ud800",
    "'",
    "project:",
    "😀",
  ];
  for (let round = 0; round < 300; round++) {
    const query = Array.from(
      { length: 1 + Math.floor(next() * 12) },
      () => alphabet[Math.floor(next() * alphabet.length)],
    ).join("");
    assert.doesNotThrow(() => find(context, query), `seed 7, round ${round}: ${JSON.stringify(query)}`);
  }
});

Deno.test("pages follow each other without gaps while memories are saved, searching and browsing", () => {
  for (const query of ["report", ""]) {
    using context = testContext();
    const all = Array.from(
      { length: 450 },
      (_, index) => put(context, `report number ${index} about ${"x".repeat(index % 7)}`).id,
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page: SearchPage = find(context, query, { limit: 70, cursor });
      seen.push(...page.hits.map(({ stored }) => stored.observation.id));
      cursor = page.cursor;
      put(context, `report saved meanwhile ${seen.length}`);
      put(context, `report that came from elsewhere ${seen.length}`, { createdAt: at(TEST_TIME) - DAY });
    } while (cursor !== undefined);
    assert.deepEqual(seen.toSorted(), all.toSorted(), `query "${query}"`);
  }
});

Deno.test("a cursor that is none is refused", () => {
  using context = testContext();
  for (const cursor of ["", "x", "1.2", "1.2.3.4", "1.2.-3", "1.2.3.4.5.6", "Ω.1.1"]) {
    assert.throws(() => find(context, "a", { cursor }), /not a cursor/);
  }
});

Deno.test("importance and age decide between equals, the id between the rest", () => {
  using context = testContext();
  const createdAt: Micros = at(TEST_TIME) - DAY;
  const ids = ["b", "a", "c"].map((digit) => digit.repeat(32));
  for (const id of ids) put(context, `deploy script ${id[0]}`, { id, createdAt });
  put(context, "deploy script d", { id: "d".repeat(32), createdAt: createdAt - 400 * DAY });
  put(context, "deploy script e", { id: "e".repeat(32), createdAt: createdAt - 400 * DAY, importance: 5 });
  const found = find(context, "deploy script").hits.map(({ stored }) => stored.observation.id[0]).join("");
  assert.equal(found, "eabcd");
});

Deno.test("memories that say the same do not fill the page", () => {
  using context = testContext();
  const text =
    "The staging deploy failed because the runner had no disk space left, so the cache was cleared by hand";
  for (let copy = 0; copy < 12; copy++) put(context, text);
  put(context, "The deploy runner is on call rotation two and has a dashboard of its own");
  const found = contents(context, "deploy runner", { limit: 3 });
  assert.equal(found.filter((content) => content === text).length, 2);
  assert.equal(contents(context, "deploy runner").length, 13);
});

Deno.test("a snippet shows the match in the stored text", () => {
  using context = testContext();
  put(
    context,
    `${"Unrelated beginning. ".repeat(40)}The Kafka consumer stalls on rebalance.${
      " Unrelated end.".repeat(40)
    }`,
  );
  const snippet = find(context, "kafka rebalance").hits[0]?.snippet;
  const marked = snippet?.matches.map(([start, end]) => snippet.text.slice(start, end));
  assert.deepEqual(marked, ["Kafka", "rebalance"]);
});
