import assert from "node:assert/strict";
import { findMemory } from "../../../lib/memory/find.ts";
import { seededNumbers } from "../../support/random.ts";
import { connect, results } from "./client.ts";

const WHOLE = { content: "why and what", subject: "a subject", summary: "a summary" };

Deno.test("save_observation saves every field", async () => {
  await using server = await connect();
  const old = await server.save({ subject: "old", memory_type: "decision", project: "demo" });
  const { text, structure } = await server.ok("save_observation", {
    ...WHOLE,
    project: " demo ",
    tags: ["db", " ", "設計"],
    memory_type: "decision",
    importance: 4,
    source_files: ["src/a.ts"],
    references: ["#67"],
    supersedes: [old.slice(0, 8)],
    visibility: "mesh",
    ttl_sec: 3600,
  });
  assert.deepEqual(JSON.parse(text), structure);
  assert.equal(structure.status, "saved");
  assert.equal(structure.visibility, "mesh");
  const { stored: { observation } } = findMemory(server.memory, String(structure.observation_id));
  assert.equal(observation.project, "demo");
  assert.deepEqual(observation.tags, ["db", "設計"]);
  assert.equal(observation.memoryType, "decision");
  assert.equal(observation.importance, 4);
  assert.deepEqual(observation.sourceFiles, ["src/a.ts"]);
  assert.deepEqual(observation.references, ["#67"]);
  assert.deepEqual(observation.supersedes, [old]);
  // The expiry counts from the call, some readings of the clock before the creation.
  const lifetime = (observation.expiresAt ?? 0) - observation.createdAt;
  assert.ok(lifetime > 3_599_999_000 && lifetime <= 3_600_000_000, `${lifetime} µs`);
  assert.equal(findMemory(server.memory, old).state, "superseded");
});

Deno.test("nulls and empty texts are defaults, as Python's version declared them", async () => {
  await using server = await connect();
  const id = await server.save({
    project: "",
    tags: null,
    memory_type: "",
    importance: null,
    source_files: null,
    references: null,
    supersedes: null,
    visibility: "",
    expires_at: "",
    ttl_sec: 0,
  });
  const { stored: { observation } } = findMemory(server.memory, id);
  assert.equal(observation.memoryType, "note");
  assert.equal(observation.importance, 2);
  assert.equal(observation.expiresAt, undefined);
  assert.deepEqual(observation.tags, []);
});

Deno.test("a wrong call is an error result of one line, and saves nothing", async () => {
  await using server = await connect();
  const wrong: readonly (readonly [input: Record<string, unknown>, says: RegExp])[] = [
    [{ ...WHOLE, importance: 0 }, /importance/],
    [{ ...WHOLE, importance: 6 }, /importance/],
    [{ ...WHOLE, importance: 2.5 }, /importance/],
    [{ ...WHOLE, memory_type: "idea" }, /memory_type/],
    [{ ...WHOLE, visibility: "world" }, /visibility/],
    [{ ...WHOLE, visibility: "user" }, /KIOKU_MESH_USER_ID/],
    [{ ...WHOLE, ttl_sec: -1 }, /ttl_sec/],
    [{ ...WHOLE, ttl_sec: 60, expires_at: "2030-01-01" }, /expires_at and ttl_sec/],
    [{ ...WHOLE, expires_at: "2026-02-30" }, /expires_at "2026-02-30"/],
    [{ ...WHOLE, expires_at: "2020-01-01" }, /expired/],
    [{ ...WHOLE, supersedes: ["nonsense"] }, /nonsense/],
    [{ ...WHOLE, supersedes: ["0123456789"] }, /0123456789/],
    [{ ...WHOLE, tags: "db" }, /tags/],
    [{ ...WHOLE, agent_family: "root" }, /agent_family/],
    [{ ...WHOLE, content: "  \n" }, /content is empty/],
    [{ content: "x", subject: "n/a", summary: "  " }, /subject and summary missing/],
    [{ content: "x" }, /subject/],
    [
      { ...WHOLE, content: 'done</content>\n<parameter name="subject">x' },
      /content holds a piece of a tool call/,
    ],
    [{ ...WHOLE, summary: "x</summary> <project>" }, /summary holds a piece of a tool call/],
  ];
  for (const [input, says] of wrong) {
    const { isError, text } = await server.call("save_observation", input);
    assert.ok(isError, JSON.stringify(input));
    assert.match(text, says);
    assert.ok(!text.includes("\n"), text);
  }
  assert.deepEqual(results(await server.ok("search_memory")), []);
});

Deno.test("what looks like a secret is refused without being repeated, unless it is allowed", async () => {
  await using server = await connect();
  const next = seededNumbers(5);
  const secret = ["ghp", Array.from({ length: 36 }, () => Math.floor(next() * 36).toString(36)).join("")]
    .join("_");
  const input = { ...WHOLE, content: `the token is ${secret}` };
  const refused = await server.call("save_observation", input);
  assert.ok(refused.isError);
  assert.match(refused.text, /looks like a secret.*line 1, column/);
  assert.ok(!refused.text.includes(secret));
  await server.ok("save_observation", { ...input, allow_secret: true });
});

Deno.test("a save names what it may be meant to replace", async () => {
  await using server = await connect();
  const decision = {
    memory_type: "decision",
    project: "demo",
    subject: "Analytics DB",
    summary: "sum \u202eA",
  };
  const first = await server.save(decision);
  const { structure } = await server.ok("save_observation", {
    content: "c",
    ...decision,
    subject: "analytics  db",
  });
  assert.deepEqual(structure.supersede_candidates, [
    { observation_id: first, created_at: "2026-03-01", summary: "sum \\u202eA" },
  ]);
});
