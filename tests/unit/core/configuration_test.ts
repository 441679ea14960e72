import assert from "node:assert/strict";
import { parse } from "yaml";
import { UsageError } from "../../../lib/core/errors.ts";
import { loadConfiguration } from "../../../lib/core/configuration.ts";
import { tempFolder } from "../../support/folder.ts";
import { seededNumbers } from "../../support/random.ts";

const WORDS = [
  "local",
  "zenoh",
  "alice",
  "true",
  "Null",
  "no",
  "1e3",
  "a b",
  "a#b",
  "'x'",
  "a: b",
  "x-y.z",
  "",
  "~",
  "[mesh]",
  "tcp/127.0.0.1:7447",
  "tcp/[fd00::5]:7447",
  "/srv/x",
  "x:",
  "x: # y",
];
const NAMES = ["backend", "user_id", "team_id", "default_visibility", "mode", "other"];

Deno.test("a file says what YAML says it says, whichever way it is read", async () => {
  const next = seededNumbers(7);
  const pick = (items: readonly string[]) => items[Math.floor(next() * items.length)] ?? "";
  let read = 0;
  for (let round = 0; round < 600; round++) {
    using folder = tempFolder();
    const stray = () => next() < 0.1 ? item() : `${pick(NAMES)}: ${pick(WORDS)}`;
    const item = () => `${next() < 0.9 ? "  " : ""}- ${pick(WORDS)}`;
    const lines = Array.from(
      { length: 1 + Math.floor(next() * 3) },
      () =>
        next() < 0.6
          ? stray()
          : ["listen:", ...Array.from({ length: Math.floor(next() * 3) }, item)].join("\n"),
    );
    const text = [...lines, ...(next() < 0.3 ? ["# end"] : [])].join("\n");
    Deno.writeTextFileSync(folder.at("config.yaml"), text);
    const expected = outcome(() => parse(text));
    const found = await loadConfiguration(folder.path, folder.path).then(({ host }) => host, refused);
    if (found === undefined) continue;
    read++;
    assert.ok(expected !== undefined, `read what YAML refuses:\n${text}`);
    assert.equal(found.userId, textOf(expected.user_id), text);
    assert.equal(found.teamId, textOf(expected.team_id), text);
    assert.equal(found.backend, textOf(expected.backend), text);
    assert.deepEqual(found.listen, expected.listen ?? [], text);
  }
  assert.ok(read > 50, `only ${read} files were readable`);
});

function refused(error: unknown): undefined {
  assert.ok(error instanceof UsageError, String(error));
}

function outcome(work: () => Record<string, unknown>): Record<string, unknown> | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null || value === "" ? undefined : String(value);
}
