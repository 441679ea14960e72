import assert from "node:assert/strict";
import { formatFrontMatter, parseFrontMatter } from "../../../lib/core/front_matter.ts";
import { anyText } from "../memory/search/any_text.ts";

Deno.test("a text with a head comes back as it was, whatever stands in it", () => {
  const edges = ["", "\n", "\n\nx\n", "---\nx: 1\n---\n", "---", "a\n---\nb", " ---", "\ufeffa", "x\r\ny"];
  const texts = [...edges, ...Array.from({ length: 300 }, (_, seed) => anyText(seed, seed % 40))];
  for (const [n, body] of texts.entries()) {
    const head = { subject: anyText(n, 6), tags: [anyText(n + 1, 2), ""], count: n, none: undefined };
    const read = parseFrontMatter(formatFrontMatter(head, body));
    assert.equal(read.body, body, `text ${n}`);
    assert.deepEqual({ ...read.head, none: undefined }, head, `text ${n}`);
  }
});

Deno.test("a text without a head, with an empty one, and with the line ends of Windows", () => {
  assert.deepEqual(parseFrontMatter("a\n\nb\n"), { head: {}, body: "a\n\nb" });
  assert.deepEqual(parseFrontMatter("---\n---\na\n"), { head: {}, body: "a" });
  assert.deepEqual(parseFrontMatter("\ufeff---\r\nx: 1\r\n---\r\na\r\nb\r\n"), {
    head: { x: 1 },
    body: "a\r\nb",
  });
  assert.deepEqual(parseFrontMatter("---\nx: 1\n---"), { head: { x: 1 }, body: "" });
  assert.deepEqual(parseFrontMatter("---\nno end"), { head: {}, body: "---\nno end" });
});

Deno.test("a head that is not YAML, no mapping, or grows beyond measure is refused", () => {
  assert.throws(() => parseFrontMatter("---\nx: [1\n---\n"), /not YAML/);
  assert.throws(() => parseFrontMatter("---\n- x\n---\n"), /names and values/);
  assert.throws(() => parseFrontMatter("---\na: &a [1]\nb: [*a, *a]\n---\n"), /not YAML/);
});
