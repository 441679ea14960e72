import assert from "node:assert/strict";
import { standAlone } from "../../../lib/cli/long_options.ts";

Deno.test("an option that may stand alone never takes the argument behind it", () => {
  const known = ["--wait"];
  assert.deepEqual(standAlone(["--wait", "text"], known), ["--wait=", "text"]);
  assert.deepEqual(standAlone(["text", "--wait=5"], known), ["text", "--wait=5"]);
  assert.deepEqual(standAlone(["--", "--wait"], known), ["--", "--wait"]);
  assert.deepEqual(standAlone(["--other", "--waits"], known), ["--other", "--waits"]);
});
