import assert from "node:assert/strict";
import { Silence } from "../../../lib/mesh/silence.ts";

const MINUTE = 60_000_000;

Deno.test("the second silent comparison in a row asks for a restart, later ones ever more seldom", () => {
  let now = 0;
  const silence = new Silence(() => now);
  assert.equal(silence.unanswered(), false);
  assert.equal(silence.unanswered(), true);
  const restarts: number[] = [];
  for (; now < 300 * MINUTE; now += MINUTE / 4) if (silence.unanswered()) restarts.push(now / MINUTE);
  const gaps = restarts.map((at, n) => at - (restarts[n - 1] ?? 0));
  assert.deepEqual(gaps, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

Deno.test("an answer makes the next silence count anew", () => {
  const silence = new Silence(() => 0);
  silence.unanswered();
  silence.heard();
  assert.equal(silence.unanswered(), false);
  assert.equal(silence.unanswered(), true);
  silence.heard();
  silence.unanswered();
  assert.equal(silence.unanswered(), true, "after an answer there is no pause either");
});
