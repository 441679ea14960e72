import assert from "node:assert/strict";
import { commandGroups, mainHelp } from "../../../lib/cli/help.ts";
import { COMMANDS } from "../../../lib/cli/table.ts";

Deno.test("help lists every command once, in a group that says what it is for", () => {
  const listed = commandGroups().flatMap(({ commands }) => commands.map(({ name }) => name));
  assert.deepEqual(listed.toSorted(), COMMANDS.map(({ name }) => name).toSorted());
  // Whoever adds a command says in lib/cli/help.ts where it belongs; only old names are left over.
  assert.deepEqual(commandGroups().at(-1)?.commands.map(({ name }) => name), [
    "get-memory",
    "migrate-visibility",
  ]);
  for (const line of mainHelp("kioku-mesh").split("\n")) assert.ok(line.length <= 110, line);
});
