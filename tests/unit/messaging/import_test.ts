import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { sha256 } from "../../../lib/core/digest.ts";
import { MESSAGES } from "../../../lib/messaging/exchange.ts";
import { importInbox } from "../../../lib/messaging/import.ts";
import { number, text } from "../../../lib/store/row.ts";
import { IMPORT_DONE } from "../../../lib/store/python/sources.ts";
import { writeMeta } from "../../../lib/store/meta.ts";
import { type TempFolder, tempFolder } from "../../support/folder.ts";
import { copyGolden } from "../../support/golden.ts";
import { arrive, messageOf, take, testHost } from "../../support/messaging.ts";
import type { TestContext } from "../../support/context.ts";

const SESSION = "20260101T000000Z-0a1b2c3d";
const id = (digit: string) => digit.repeat(32);

function stateWith(folder: TempFolder, name: string): string {
  Deno.mkdirSync(folder.at("messaging"));
  copyGolden(name, folder.at("messaging", "inbox.db"));
  return folder.path;
}

function digestOf(folder: TempFolder): string {
  return sha256(Deno.readFileSync(folder.at("messaging", "inbox.db")).join());
}

/** Messages of the golden inbox as they would come from the mesh, by the digit that their ids are made of. */
function arriveAll(context: TestContext, digits: string): void {
  for (const digit of digits) {
    arrive(context, messageOf({ id: id(digit), target: { kind: "session", id: SESSION }, body: digit }));
  }
}

Deno.test("what Python's inbox knows as acknowledged stays so, what was not read is new, what was retired never comes", () => {
  for (const order of ["import first", "messages first"]) {
    using folder = tempFolder();
    const state = stateWith(folder, "state/messaging/inbox.db");
    const before = digestOf(folder);
    using host = testHost({ settings: { mode: "spoke" } });
    const me = host.session(SESSION, host.main.identity.clientId);
    if (order === "messages first") arriveAll(me, "1245");
    assert.deepEqual(importInbox(me, state), []);
    arriveAll(me, "12345");
    assert.deepEqual(take(me), ["2"], order);
    // A later session of this user's agent has none of what an earlier one acknowledged; what Python withheld stays withheld.
    assert.deepEqual(take(host.session("later", host.main.identity.clientId)), [], order);
    assert.equal(digestOf(folder), before);
    assert.deepEqual([...Deno.readDirSync(folder.at("messaging"))].map(({ name }) => name), ["inbox.db"]);
    // Python's version has told the mesh of its acknowledgements itself.
    assert.deepEqual(MESSAGES.digests(me.store, "mesh", "").filter(({ kind }) => kind === "a"), []);
    assert.equal(me.store.get("SELECT count(*) AS n FROM outbox", [], (row) => number(row, "n")), 0);
  }
});

Deno.test("it is taken once, again when it has changed, and not after import --done", () => {
  using folder = tempFolder();
  const state = stateWith(folder, "state/messaging/inbox.db");
  using host = testHost();
  const { store, clock } = host.main;
  const acked = () =>
    store.all("SELECT DISTINCT message FROM ack ORDER BY 1", [], (row) => text(row, "message").charAt(0));
  importInbox(host.main, state);
  assert.deepEqual(acked(), ["1", "4", "5"]);
  store.run("DELETE FROM ack");
  importInbox(host.main, state);
  assert.deepEqual(acked(), []);
  const db = new DatabaseSync(folder.at("messaging", "inbox.db"));
  db.exec(`INSERT INTO acks VALUES ('${id("2")}', '${SESSION}', '2026-01-03T00:00:00Z')`);
  db.close();
  Deno.utimeSync(folder.at("messaging", "inbox.db"), 1, 1);
  importInbox(host.main, state);
  assert.deepEqual(acked(), ["1", "2", "4", "5"]);
  store.run("DELETE FROM ack");
  Deno.utimeSync(folder.at("messaging", "inbox.db"), 2, 2);
  writeMeta(store, IMPORT_DONE, String(clock()));
  importInbox(host.main, state);
  assert.deepEqual(acked(), []);
});

Deno.test("the first version's inbox is read too; a file that is none, or is damaged, gives a notice and stops nothing", () => {
  using folder = tempFolder();
  const state = stateWith(folder, "oldstate/inbox_v1.db");
  using host = testHost();
  assert.deepEqual(importInbox(host.main, state), []);
  const acked = host.main.store.all("SELECT message FROM ack", [], (row) => text(row, "message"));
  assert.ok(acked.length > 0);
  const path = folder.at("messaging", "inbox.db");
  const other = new DatabaseSync(folder.at("other.db"));
  other.exec("CREATE TABLE t (x)");
  other.close();
  for (
    const content of [
      "no database at all, but a text of some length",
      Deno.readFileSync(folder.at("other.db")),
    ]
  ) {
    Deno.writeFileSync(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    const notices = importInbox(host.main, state);
    assert.equal(notices.length, 1);
    assert.match(notices[0] ?? "", /^Cannot take over .*inbox\.db: /);
    assert.deepEqual(importInbox(host.main, state), []);
  }
  Deno.writeTextFileSync(path, "");
  assert.deepEqual(importInbox(host.main, state), []);
  using empty = tempFolder();
  assert.deepEqual(importInbox(host.main, empty.path), []);
});
