import assert from "node:assert/strict";
import { importState } from "../../../lib/memory/import.ts";
import { listQuarantine } from "../../../lib/store/quarantine.ts";
import { listFlags } from "../../../lib/memory/secrets/flags.ts";
import { testContext } from "../../support/context.ts";
import { tempFolder } from "../../support/folder.ts";
import { copyGolden } from "../../support/golden.ts";
import { live, take, tombstones } from "../../support/import.ts";
import { IndexFile, pythonPayload, RawFile, testId } from "../../support/python_files.ts";

const [A, B, C, D] = [testId("a"), testId("b"), testId("c"), testId("d")];

Deno.test("a damaged file is named once and stops nothing; once it is whole it is read", () => {
  using folder = tempFolder();
  {
    using index = new IndexFile(folder.at("index.db"));
    index.add(A, pythonPayload(A));
  }
  const raw = folder.at("local", "raw.db");
  Deno.mkdirSync(folder.at("local"));
  Deno.writeTextFileSync(raw, "no database".repeat(1000));
  using context = testContext();
  const imported = take(context, folder);
  assert.equal(imported.added, 1);
  assert.deepEqual(
    imported.notices.filter((notice) => notice.includes(raw)).length,
    1,
    imported.notices.join("\n"),
  );
  assert.deepEqual(take(context, folder).notices, []);
  assert.deepEqual(importState(context).sources.find(({ path }) => path === raw)?.coverage, "unreadable");
  Deno.removeSync(raw);
  {
    using file = new RawFile(raw);
    file.save(B);
  }
  assert.equal(take(context, folder).added, 1);
});

Deno.test("of a file with a damaged page, what stands before it is taken", () => {
  using folder = tempFolder();
  const path = folder.at("index.db");
  {
    using index = new IndexFile(path);
    index.db.exec("BEGIN");
    for (let i = 0; i < 400; i++) index.add(testId(i), pythonPayload(testId(i)));
    index.db.exec("COMMIT");
  }
  const bytes = Deno.readFileSync(path);
  const page = Math.floor(bytes.length / 2 / 4096) * 4096;
  Deno.writeFileSync(path, bytes.fill(0xff, page, page + 4096));
  using context = testContext();
  const { added, notices } = take(context, folder);
  assert(notices.some((notice) => notice.includes(path)), notices.join("\n"));
  const found = live(context).length;
  assert(found > 100 && found < 400, `${found} taken`);
  assert.equal(added, found);
});

Deno.test("a database of something else is named once", () => {
  using folder = tempFolder();
  copyGolden("state/messaging/inbox.db", folder.at("pending_puts.db"));
  using context = testContext();
  const { notices } = take(context, folder);
  assert.equal(notices.length, 1);
  assert(notices[0]?.includes(folder.at("pending_puts.db")), notices[0]);
  assert.deepEqual(take(context, folder).notices, []);
});

Deno.test("payloads that cannot be read are kept aside with the reason, and the rest is taken", () => {
  using folder = tempFolder();
  {
    using raw = new RawFile(folder.at("local", "raw.db"));
    raw.save(A);
    raw.save(B, "{");
    raw.save(C, pythonPayload(D));
    raw.save(D, pythonPayload(D, { visibility: "user", scope_id: "not a slug" }));
    raw.delete(D, "{");
    raw.save("short", pythonPayload("short"));
  }
  using context = testContext();
  const imported = take(context, folder);
  assert.deepEqual(live(context).map(([id]) => id), [A]);
  const aside = listQuarantine(context.store, 10).map(({ key, reason, payload }) => [key, reason, payload]);
  assert.deepEqual(aside.sort(), [
    [`python:local/raw.db:${B}`, "it is not JSON", "{"],
    [`python:local/raw.db:${C}`, `its id ${D} is not its key's`, pythonPayload(D)],
    [`python:local/raw.db:${D}`, "it is not JSON", "{"],
    [
      `python:local/raw.db:${D}`,
      "its visibility user is not its key's",
      pythonPayload(D, { visibility: "user", scope_id: "not a slug" }),
    ],
    ["python:local/raw.db:short", "it has no id of 32 hexadecimal digits", pythonPayload("short")],
  ]);
  assert(imported.notices.some((notice) => notice.startsWith("Kept 5 records")), imported.notices.join("\n"));
  // A deletion that cannot be read is a deletion all the same.
  assert.deepEqual(tombstones(context).map(([id, scope]) => [id, scope]), [[D, "mesh"]]);
});

Deno.test("records with what looks like a secret are taken and flagged", () => {
  using folder = tempFolder();
  {
    using raw = new RawFile(folder.at("local", "raw.db"));
    raw.save(
      A,
      pythonPayload(A, {
        content: `the key is ${["ghp", "Zk3vQ9xT1bLw8RmYc2HnU7dPjE5sGfA0oViK"].join("_")}`,
      }),
    );
    raw.save(B);
  }
  using context = testContext();
  take(context, folder);
  assert.deepEqual(listFlags(context.store).map(({ id, scope }) => [id, scope]), [[A, "mesh"]]);
  assert.equal(live(context).length, 2);
});
