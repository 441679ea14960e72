import assert from "node:assert/strict";
import { unifiedDiff } from "../../../lib/clients/diff.ts";
import { seededNumbers } from "../../support/random.ts";

Deno.test("a diff shows what changes, with its place, and hides keys beside it", () => {
  const before = ["{", '  "apiKey": "abc-not-a-key",', '  "a": 1', "}", ""].join("\n");
  const after = before.replace('"a": 1', '"a": 1,\n  "b": {"token": "ours"}');
  assert.equal(
    unifiedDiff("/f", before, after),
    [
      "--- /f",
      "+++ /f",
      "@@ -1,4 +1,5 @@",
      " {",
      '   "apiKey": "…",',
      '-  "a": 1',
      '+  "a": 1,',
      '+  "b": {"token": "ours"}',
      " }",
    ].join("\n"),
  );
  assert.equal(unifiedDiff("/f", undefined, "x\n"), "--- /dev/null\n+++ /f\n@@ -0,0 +1,1 @@\n+x");
  assert.equal(
    unifiedDiff("/f", "x", "x\n"),
    "--- /f\n+++ /f\n@@ -1,1 +1,1 @@\n-x\n\\ No newline at end of file\n+x",
  );
  const long = `{"history":"${"h".repeat(5000)}","mcpServers":{}}\n`;
  const [, , , gone = "", come = ""] = unifiedDiff("/f", long, long.replace("{}}", '{"k":1}}')).split("\n");
  assert.ok(gone.length < 200 && come.length < 200 && come.includes('{"k":1}'), come);
});

Deno.test("applied to the old text, a diff gives the new one", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const next = seededNumbers(seed);
    const lines = Array.from({ length: Math.floor(next() * 30) }, () => `line ${Math.floor(next() * 8)}`);
    const changed = lines.flatMap((line) => next() < 0.15 ? [] : next() < 0.15 ? [line, "new"] : [line]);
    const text = (all: readonly string[]) => all.map((line) => `${line}\n`).join("");
    const diff = unifiedDiff("/f", text(lines), text(changed));
    assert.deepEqual(applied(lines, diff), changed, `seed ${seed}\n${diff}`);
  }
});

function applied(lines: readonly string[], diff: string): string[] {
  const result: string[] = [];
  let at = 0;
  for (const line of diff.split("\n").slice(2)) {
    const [, start, count] = /^@@ -(\d+),(\d+)/.exec(line) ?? [];
    if (start !== undefined) {
      const first = Number(start) - (count === "0" ? 0 : 1);
      while (at < first) result.push(lines[at++] ?? "");
    } else if (line.startsWith("+")) result.push(line.slice(1));
    else {
      assert.equal(line.slice(1), lines[at]);
      if (line.startsWith(" ")) result.push(line.slice(1));
      at++;
    }
  }
  return [...result, ...lines.slice(at)];
}
