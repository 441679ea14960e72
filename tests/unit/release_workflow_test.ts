import assert from "node:assert/strict";
import { parse } from "../../lib/core/yaml.ts";
import { isObject } from "../../lib/core/json.ts";
import { TARGETS } from "../../scripts/release/targets.ts";
import { PROJECT } from "../support/source.ts";

const workflow: unknown = parse(Deno.readTextFileSync(`${PROJECT}/.github/workflows/release.yml`));

function at(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((inner, name) => isObject(inner) ? inner[name] : undefined, value);
}

Deno.test("the release workflow makes every target, each on one machine", () => {
  const included = at(workflow, "jobs", "build", "strategy", "matrix", "include");
  assert.ok(Array.isArray(included));
  assert.deepEqual(
    included.map((one) => [at(one, "target"), at(one, "triple")]),
    TARGETS.map(({ target, triple }) => [target, triple]),
  );
  for (const one of included) {
    assert.match(String(at(one, "runner")), /-\d/, "a machine whose version is named");
  }
});

Deno.test("the release workflow runs no code of others that could change under its name, and only tasks that exist", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${PROJECT}/deno.json`));
  const jobs = at(workflow, "jobs");
  assert.ok(isObject(jobs));
  for (const [name, job] of Object.entries(jobs)) {
    const steps = at(job, "steps");
    assert.ok(Array.isArray(steps) && steps.length > 0, name);
    for (const step of steps) {
      const uses = at(step, "uses");
      if (uses !== undefined) assert.match(String(uses), /@[0-9a-f]{40}$/, name);
      for (const [, task = ""] of String(at(step, "run") ?? "").matchAll(/\bdeno task ([a-z:]+)/g)) {
        assert.ok(task in tasks, task);
      }
    }
  }
  assert.equal(at(workflow, "on", "push", "branches"), undefined, "only tags");
  assert.deepEqual(at(workflow, "permissions"), { contents: "write" });
});
