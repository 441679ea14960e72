import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { newHome } from "../e2e/support/program.ts";
import { integrity, rowsOf } from "../support/database.ts";
import { assertRefused, filledHome, runThrough } from "./trouble.ts";

Deno.test("a newer database is refused and not touched", async () => {
  using home = filledHome(10);
  const db = new DatabaseSync(home.database);
  db.exec("PRAGMA user_version = 1000");
  db.close();
  const bytes = Deno.readFileSync(home.database);
  for (const call of [["save", "x"], ["search", "x"], ["salvage"]]) {
    assertRefused(
      await home.run(call),
      /written by a newer version \(schema 1000.*Update kioku-mesh\.\n$/,
      call.join(" "),
    );
    assert.deepEqual(Deno.readFileSync(home.database), bytes);
  }
});

Deno.test("another program's database is refused and not touched", async () => {
  using home = newHome();
  Deno.mkdirSync(home.state);
  const path = `${home.state}/kioku.db`;
  const db = new DatabaseSync(path);
  db.exec("CREATE TABLE theirs (value TEXT); INSERT INTO theirs VALUES ('precious')");
  db.close();
  const bytes = Deno.readFileSync(path);
  for (const call of [["save", "x"], ["salvage"]]) {
    assertRefused(await home.run(call), /another program's/, call.join(" "));
    assert.deepEqual(Deno.readFileSync(path), bytes);
  }
});

Deno.test("an empty file becomes a database", async () => {
  using home = newHome();
  Deno.mkdirSync(home.state);
  Deno.writeTextFileSync(`${home.state}/kioku.db`, "");
  await home.ok(["save", "the first memory"]);
  assert.match(await home.ok(["search", "first"]), /the first memory/);
});

Deno.test("a state folder that cannot be one is refused", async () => {
  using home = newHome();
  Deno.writeTextFileSync(home.at("file"), "text");
  for (const path of [home.at("file"), home.at("file", "below")]) {
    const ended = await home.run(["save", "x"], { env: { KIOKU_MESH_STATE_DIR: path } });
    assertRefused(ended, new RegExp(home.at("file")), path);
  }
  assert.equal(Deno.readTextFileSync(home.at("file")), "text");
  Deno.mkdirSync(home.at("state", "kioku.db"), { recursive: true });
  assertRefused(await home.run(["save", "x"]), /database/);
});

// The superuser may write to a read-only folder, so that right is given up on the way (Linux capabilities).
const AS_OTHERS = Deno.uid() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : ["env"];

Deno.test({
  name: "a read-only folder or database is refused, and what is there can still be read where SQLite can",
  ignore: !canRun(AS_OTHERS),
  async fn() {
    using home = filledHome(10);
    // What a first call makes: the host's id.
    await home.ok(["status"]);
    const bytes = Deno.readFileSync(home.database);
    const [id = ""] = home.live;
    const cases = [[0o500, 0o400], [0o500, 0o600], [0o700, 0o400]] as const;
    for (const [folder, file] of cases) {
      Deno.chmodSync(home.database, file);
      Deno.chmodSync(home.state, folder);
      try {
        for (const call of [["save", "x"], ["delete", id], ["search", "設計"]]) {
          const what = `${folder.toString(8)} ${file.toString(8)} ${call.join(" ")}`;
          const ended = await runThrough(AS_OTHERS, home, call);
          if (call[0] === "search" && ended.code === 0) continue;
          assertRefused(ended, /it cannot be written\. Check the permissions of the state folder\./, what);
        }
      } finally {
        Deno.chmodSync(home.state, 0o700);
        Deno.chmodSync(home.database, 0o600);
      }
      assert.deepEqual(Deno.readFileSync(home.database), bytes);
    }
  },
});

Deno.test({
  name: "a disk that is full refuses a save, loses nothing, and goes on when there is room",
  ignore: !canRun(["sh", "-c", "true"]),
  async fn() {
    using home = newHome();
    // Once without a limit, so that what the runtime keeps in its own caches is there.
    const first = await home.ok(["save", "the first memory"]);
    const saved = [idIn(first)];
    // In blocks of 512 bytes. Without the trap the system would end the process.
    const limited = ["sh", "-c", 'trap "" XFSZ; ulimit -f 700; exec "$@"', "sh"];
    const path = `${home.state}/kioku.db`;
    const content = "word ".repeat(4000);
    for (let n = 0;; n++) {
      assert.ok(n < 200, "the limit is met");
      const ended = await runThrough(limited, home, ["save", `${n} ${content}`]);
      if (ended.code === 0) {
        saved.push(idIn(ended.stdout));
        continue;
      }
      assertRefused(
        ended,
        /the disk is full or refuses writes\. Nothing was changed; free some space and try again\./,
      );
      break;
    }
    assert.ok(saved.length > 3);
    const ids = rowsOf(path, "SELECT id FROM observation ORDER BY row").map(([id]) => id);
    assert.deepEqual(ids, saved);
    assert.deepEqual(integrity(path), ["ok"]);
    await home.ok(["save", content]);
  },
});

function idIn(told: string): string {
  const [, id] = /^saved: ([0-9a-f]{32}) /m.exec(told) ?? [];
  assert.ok(id !== undefined, told);
  return id;
}

function canRun([command = "", ...args]: readonly string[]): boolean {
  try {
    const all = [...args, ...(command === "sh" ? [] : ["true"])];
    return new Deno.Command(command, { args: all, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
