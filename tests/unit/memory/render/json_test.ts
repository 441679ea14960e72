import assert from "node:assert/strict";
import type { Observation } from "../../../../lib/memory/observation.ts";
import { isMalformed, parseObservation } from "../../../../lib/memory/observation.ts";
import { memoryJson } from "../../../../lib/memory/render/json.ts";
import { MESH } from "../../../../lib/core/scope.ts";

const ID = "0123456789abcdef0123456789abcdef";

Deno.test("a payload of Python's form is given byte for byte", () => {
  const payload =
    `{"future": {"a": [1, 2.0, -3e5], "b": null}, "content": "日本語 \\"x\\" \\\\ \\n\\u0001", "observation_id": "${ID}", "n": 200000.0}`;
  assert.equal(memoryJson(read(payload)), payload);
});

Deno.test("any other form becomes Python's, with every member and every number as it was", () => {
  const payload =
    `\n{ "content":"a\\u65e5\\u002fb",\n  "observation_id" : "${ID}" , "x":[ 1 ,2.50,{ } ], "y":{"k":true}, "z":[]}\n`;
  assert.equal(
    memoryJson(read(payload)),
    `{"content": "a日/b", "observation_id": "${ID}", "x": [1, 2.50, {}], "y": {"k": true}, "z": []}`,
  );
});

Deno.test("a long content is no trouble", () => {
  const payload = JSON.stringify({ content: '\\"\n'.repeat(700_000), observation_id: ID });
  const parsed: unknown = JSON.parse(memoryJson(read(payload)));
  assert.deepEqual(parsed, JSON.parse(payload));
});

function read(payload: string): Observation {
  const observation = parseObservation(payload, { scope: MESH, id: ID, author: undefined });
  assert.ok(!isMalformed(observation));
  return observation;
}
