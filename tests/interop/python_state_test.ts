import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { environment } from "../../lib/core/environment.ts";
import { findMemory } from "../../lib/memory/find.ts";
import { type OpenMemory, openMemory } from "../../lib/memory/open.ts";
import { number, text } from "../../lib/store/row.ts";
import { testClock } from "../support/clock.ts";
import { type TempFolder, tempFolder } from "../support/folder.ts";
import { python, runPythonKioku, type Variables } from "../support/python_package.ts";
import { seededRandom } from "../support/random.ts";

Deno.test("what Python 1.2.0 has written is taken over byte for byte, and what it writes next is added", async () => {
  using folder = tempFolder();
  const home = variables(folder);
  const alice = { ...home, KIOKU_MESH_USER_ID: "alice", KIOKU_MESH_TEAM_ID: "acme" };
  runPythonKioku(home, "init", "--mode", "local");
  const plain = save(
    home,
    '日本語 "quoted" \\ back\nline\u2028 😀',
    "--project",
    "demo",
    "--tags",
    "db,設計",
  );
  const newer = save(home, "newer", "--supersedes", plain, "--memory-type", "decision", "--importance", "5");
  const user = save(alice, "for my own hosts", "--visibility", "user");
  const team = save(alice, "for the team", "--visibility", "team");
  const bob = save({ ...home, KIOKU_MESH_USER_ID: "bob" }, "for bob alone", "--visibility", "user");
  const deleted = save(home, "to be deleted");
  runPythonKioku(home, "delete", deleted);

  const payloads = rawPayloads(folder);
  const before = contents(folder.at("state", "local"));
  assert.equal(payloads.size, 6);
  {
    using opened = await open(alice);
    const states: Record<string, string> = {};
    for (const [id, payload] of payloads) {
      if (id === bob) continue;
      const { stored, state } = findMemory(opened.memory, id);
      assert.equal(stored.observation.payload, payload);
      states[id] = `${stored.observation.scope.tier} ${state}`;
    }
    assert.deepEqual(states, {
      [plain]: "mesh superseded",
      [newer]: "mesh live",
      [user]: "user live",
      [team]: "team live",
      [deleted]: "mesh tombstoned",
    });
    assert.equal(recordCount(opened.memory), 5);
    assert(
      opened.memory.notices.some((notice) => /^Left out 1 record .*raw\.db/.test(notice)),
      opened.memory.notices.join("\n"),
    );
  }
  assert.deepEqual(contents(folder.at("state", "local")), before);

  const next = save(home, "written afterwards");
  runPythonKioku(home, "delete", newer);
  {
    using opened = await open(alice);
    assert.equal(recordCount(opened.memory), 6);
    assert.equal(findMemory(opened.memory, next).stored.observation.payload, rawPayloads(folder).get(next));
    assert.equal(findMemory(opened.memory, newer).state, "tombstoned");
    assert.equal(findMemory(opened.memory, plain).state, "live");
    assert.deepEqual(opened.memory.notices, []);
  }
  assert(runPythonKioku(home, "search", "afterwards").includes(next));
});

Deno.test("what a running Python has not yet moved from its log into the file is taken over", async () => {
  using folder = tempFolder();
  const home = variables(folder);
  runPythonKioku(home, "init", "--mode", "local");
  const first = save(home, "first");
  const path = folder.at("state", "local", "raw.db");
  // Python's own store, held open as its MCP server does.
  const script = `import sys
from pathlib import Path
from kioku_mesh.memory.local_raw_store import LocalRawStore
from kioku_mesh.core.models import Observation
store = LocalRawStore(Path(sys.argv[1]))
store.put_obs(Observation(content="only in the log", subject="s", summary="t", visibility="mesh"))
print("ready", flush=True)
sys.stdin.read()
`;
  const running = new Deno.Command(python(), {
    args: ["-c", script, path],
    env: { ...home },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const printed = running.stdout.getReader();
  try {
    const { value } = await printed.read();
    assert.equal(new TextDecoder().decode(value).trim(), "ready");
    using opened = await open(home);
    assert.equal(recordCount(opened.memory), 2);
    assert.equal(findMemory(opened.memory, first).state, "live");
  } finally {
    await running.stdin.close();
    await printed.cancel();
    await running.status;
  }
  using opened = await open(home);
  assert.equal(recordCount(opened.memory), 2);
});

function variables(folder: TempFolder): Variables {
  return { HOME: folder.path, KIOKU_MESH_STATE_DIR: folder.at("state"), KIOKU_MESH_AGENT_FAMILY: "claude" };
}

function save(home: Variables, content: string, ...options: readonly string[]): string {
  const printed = runPythonKioku(
    home,
    "save",
    content,
    "--subject",
    "subject",
    "--summary",
    "summary",
    ...options,
  );
  const id = /[0-9a-f]{32}/.exec(printed)?.[0];
  assert(id !== undefined, printed);
  return id;
}

async function open(home: Variables): Promise<Disposable & { readonly memory: OpenMemory }> {
  const around = {
    env: environment((name) => home[name]),
    platform: "linux",
    login: { user: "alice", host: "mbp" },
    workingFolder: home.HOME ?? "/",
    clock: testClock("2030-01-01T00:00:00Z"),
    random: seededRandom(1),
  } as const;
  const memory = await openMemory(around, () => {});
  return { memory, [Symbol.dispose]: () => memory.store.close() };
}

function rawPayloads(folder: TempFolder): Map<string, string> {
  const db = new DatabaseSync(folder.at("state", "local", "raw.db"), { readOnly: true });
  try {
    const rows = db.prepare("SELECT observation_id AS id, payload_json AS payload FROM local_obs").all();
    return new Map(rows.map((row) => [text(row, "id"), text(row, "payload")]));
  } finally {
    db.close();
    // This reader was read-only, so it has left its two files.
    for (const suffix of ["-wal", "-shm"]) {
      Deno.removeSync(`${folder.at("state", "local", "raw.db")}${suffix}`);
    }
  }
}

function recordCount({ store }: OpenMemory): number {
  return store.get("SELECT count(*) AS n FROM observation", [], (row) => number(row, "n")) ?? 0;
}

function contents(folder: string): unknown[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => [name, Deno.readFileSync(`${folder}/${name}`)])
    .sort();
}
