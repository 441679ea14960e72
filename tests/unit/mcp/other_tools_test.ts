import assert from "node:assert/strict";
import { MINUTE } from "../../../lib/core/clock.ts";
import { VERSION } from "../../../lib/core/version.ts";
import { connect } from "./client.ts";

Deno.test("delete_memory deletes by the beginning of an id, again without harm", async () => {
  await using server = await connect();
  const id = await server.save({});
  for (let i = 0; i < 2; i++) {
    const { text, structure } = await server.ok("delete_memory", {
      observation_id: id.slice(0, 10),
      reason: "test",
    });
    assert.equal(text, `deleted (tombstone): ${id}`);
    assert.deepEqual(structure, { observation_id: id, status: "deleted" });
  }
  const gone = await server.call("delete_memory", { observation_id: "0".repeat(32) });
  assert.ok(gone.isError);
});

Deno.test("get_memory_status counts what is stored and what this session saved", async () => {
  await using server = await connect();
  const deleted = await server.save({});
  await server.save({});
  await server.ok("delete_memory", { observation_id: deleted });
  server.memory.store.run(
    "INSERT INTO author (agent_family, client_id, pc_id, session_id) VALUES ('codex', 'x', 'y', 'z')",
  );
  const { text, structure } = await server.ok("get_memory_status");
  assert.equal(structure.version, VERSION);
  assert.equal(structure.backend, "local");
  assert.equal(structure.this_session_saves, 2);
  assert.equal(structure.live, 1);
  assert.equal(structure.tombstoned, 1);
  assert.deepEqual(structure.families, { claude: 1 });
  assert.deepEqual(structure.families_7d, { claude: 1 });
  assert.deepEqual(structure.notices, ["a notice"]);
  for (
    const line of [
      "this_session_saves: 2",
      "index_rows: live=1 / tomb=1 / shadow=0",
      "  family claude: 1",
      "  family_7d claude: 1",
    ]
  ) {
    assert.ok(text.split("\n").includes(line), text);
  }
});

Deno.test("a save of another session does not count, an old one is not of the last days", async () => {
  await using server = await connect();
  await server.save({});
  server.memory.store.run("UPDATE author SET session_id = 'another'");
  server.memory.clock.advance(8 * 24 * 60 * MINUTE);
  const { structure } = await server.ok("get_memory_status");
  assert.equal(structure.this_session_saves, 0);
  assert.deepEqual(structure.families_7d, {});
  assert.deepEqual(structure.families, { claude: 1 });
});

Deno.test("a session that saves nothing for long is reminded", async () => {
  await using server = await connect();
  const nudge = async () => (await server.ok("get_memory_status")).structure.nudge;
  server.memory.clock.advance(9 * MINUTE);
  assert.equal(await nudge(), undefined);
  server.memory.clock.advance(MINUTE);
  assert.match(String(await nudge()), /Nothing was saved/);
  await server.save({});
  assert.equal(await nudge(), undefined);
  server.memory.clock.advance(21 * MINUTE);
  assert.match(String(await nudge()), /21 minutes ago/);
  assert.match(
    (await server.ok("get_memory_status")).text,
    /\nsession_age: 31m00s\n[^]*\nthis_session_last_save_age: 21m00s\n[^]*\nnudge: /,
  );
});

Deno.test("where there is no mesh nothing waits to be sent", async () => {
  await using server = await connect();
  const drained = await server.ok("drain_pending_puts", { limit: null });
  assert.match(drained.text, /^pending_puts drain complete: drained=0, remaining=0\n.*local mode/);
  assert.ok((await server.call("drain_pending_puts", { limit: 0 })).isError);
});

Deno.test("what waits to be shared is told", async () => {
  for (const peerRuns of [true, false]) {
    await using server = await connect({ settings: { mode: "spoke" }, peerRuns });
    const warning = /Kept here, not shared yet.*\b1 waiting since 2026-03-01T/;
    const saved = await server.ok("save_observation", { content: "c", subject: "s", summary: "s" });
    assert.equal(warning.test(saved.text), !peerRuns);
    assert.equal(JSON.stringify(saved.structure.warnings).includes('"NOT_SHARED"'), !peerRuns);
    const { structure, text } = await server.ok("drain_pending_puts");
    assert.equal(structure.remaining, 1);
    assert.match(text, peerRuns ? /The peer of this host/ : warning);
    const status = await server.ok("get_memory_status");
    assert.equal(status.structure.pending_puts, 1);
    assert.equal(warning.test(status.text), !peerRuns);
    assert.match(status.text, peerRuns ? /^zenoh_session: connected$/m : /^zenoh_session: disconnected$/m);
  }
});

Deno.test("an unexpected error is an error result of one line, and the server lives on", async () => {
  await using server = await connect();
  const { store } = server.memory;
  store.script("ALTER TABLE facet RENAME TO gone");
  const broken = await server.call("save_observation", {
    content: "c",
    subject: "s",
    summary: "s",
    tags: ["t"],
  });
  assert.ok(broken.isError);
  assert.match(broken.text, /^Cannot [^\n]+$/);
  store.script("ALTER TABLE gone RENAME TO facet");
  await server.save({ tags: ["t"] });
});

Deno.test("an unknown tool is refused", async () => {
  await using server = await connect();
  await assert.rejects(server.client.callTool({ name: "forget_all", arguments: {} }), /forget_all/);
});
