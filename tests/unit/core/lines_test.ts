import assert from "node:assert/strict";
import { linesOf } from "../../../lib/core/lines.ts";
import { tempFolder } from "../../support/folder.ts";
import { seededNumbers } from "../../support/random.ts";

Deno.test("lines come whole, wherever the pieces end in which a file is read", () => {
  using folder = tempFolder();
  const next = seededNumbers(7);
  const lengths = [0, 1, 1_048_574, 1_048_575, 1_048_576, 1_048_577, 2_500_000, 0, 3];
  const random = Array.from({ length: 200 }, () => Math.floor(next() ** 6 * 300_000));
  const expected = [...lengths, ...random].map((length, n) =>
    `${"設".repeat(length % 7)}${"x".repeat(length)}${n}`
  );
  for (const end of ["", "\n"]) {
    Deno.writeTextFileSync(folder.at("file"), expected.join("\n") + end);
    using file = Deno.openSync(folder.at("file"));
    const lines = [...linesOf(file)];
    assert.deepEqual(lines.map(({ text }) => text), expected);
    assert.deepEqual(lines.map(({ number }) => number), expected.map((_, n) => n + 1));
  }
});

Deno.test("a line that is no UTF-8 is told from the others, line ends of Windows are taken away, nothing is no line", () => {
  using folder = tempFolder();
  const lines = (bytes: Uint8Array) => {
    Deno.writeFileSync(folder.at("file"), bytes);
    using file = Deno.openSync(folder.at("file"));
    return [...linesOf(file)].map(({ text }) => text);
  };
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.deepEqual(lines(new Uint8Array([0x61, 0x0a, 0xff, 0x0a, 0x62])), ["a", undefined, "b"]);
  assert.deepEqual(lines(bytes("a\r\n\r\nb\r\n")), ["a", "", "b"]);
  assert.deepEqual(lines(bytes("")), []);
});
