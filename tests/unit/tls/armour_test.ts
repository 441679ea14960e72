import assert from "node:assert/strict";
import { KiokuError } from "../../../lib/core/errors.ts";
import {
  formatBlock,
  formatBundle,
  isComplete,
  LABELS,
  LONGEST_PASTE,
  readBlock,
  readBundle,
} from "../../../lib/tls/armour.ts";
import { seededNumbers } from "../../support/random.ts";

const BUNDLE = {
  certificate: "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n",
  ca: "設計 CA",
};

Deno.test("blocks are written as the Python version writes them", () => {
  const block = formatBlock(LABELS.request, "x".repeat(100));
  const lines = block.split("\n");
  assert.equal(lines[0], "-----BEGIN KIOKU-MESH CSR-----");
  assert.deepEqual(lines.slice(1, -2).map(({ length }) => length), [64, 64, 8]);
  assert.equal(lines.at(-2), "-----END KIOKU-MESH CSR-----");
  assert.equal(lines.at(-1), "");
  assert.equal(readBlock(LABELS.request, block), "x".repeat(100));
});

Deno.test("what stands around and between does not matter", () => {
  const block = formatBundle(BUNDLE);
  const variants = [
    block,
    `Here it is:\n\n${block}\nRegards\n`,
    block.replaceAll("\n", "\r\n"),
    block.split("\n").map((line) => `> ${line}`).join("\n"),
    block.split("\n").map((line) => `   ${line}   `).join("\n"),
    block.split("\n").map((line) => line.includes("-") ? line : line.replaceAll(/(.{7})/g, "$1 ")).join("\n"),
    `${formatBlock(LABELS.request, "another kind")}${block}`,
  ];
  for (const text of variants) assert.deepEqual(readBundle(text), BUNDLE, text);
});

Deno.test("a wrong, cut, doubled or damaged block is named", () => {
  const block = formatBundle(BUNDLE);
  const wrong: readonly (readonly [text: string, why: RegExp])[] = [
    ["", /there is no "KIOKU-MESH CERT BUNDLE" block/],
    [
      formatBlock(LABELS.request, "x"),
      /it is a "KIOKU-MESH CSR" block, and a "KIOKU-MESH CERT BUNDLE" block/,
    ],
    [block.slice(0, -20), /has no end/],
    [block + block, /several/],
    [block.replace(/\n./, "\n%"), /damaged/],
    [block.replace(/\n(.{64})\n/, "\n"), /damaged/],
    [formatBlock(LABELS.bundle, "{"), /damaged/],
    [formatBlock(LABELS.bundle, "[]"), /damaged/],
    [
      formatBlock(LABELS.bundle, JSON.stringify({ v: 2, cert: "a", ca: "b" })),
      /version 2, this program knows 1/,
    ],
    [formatBlock(LABELS.bundle, JSON.stringify({ cert: "a", ca: "b" })), /version/],
    [formatBlock(LABELS.bundle, JSON.stringify({ v: 1, cert: "a" })), /damaged/],
    ["x".repeat(LONGEST_PASTE + 1), /too long/],
  ];
  for (const [text, why] of wrong) {
    assert.throws(
      () => readBundle(text),
      (error) => error instanceof KiokuError && why.test(error.message),
      text,
    );
  }
});

Deno.test("reading ends with the block", () => {
  const block = formatBundle(BUNDLE);
  assert.ok(isComplete(block));
  assert.ok(isComplete(`hello\n> ${block.replaceAll("\n", "\n> ")}`));
  assert.ok(isComplete("-----BEGIN CERTIFICATE REQUEST-----\nAA\n-----END CERTIFICATE REQUEST-----\n"));
  for (let length = 0; length < block.length - 8; length += 5) {
    assert.ok(!isComplete(block.slice(0, length)), `after ${length}`);
  }
});

Deno.test("whatever is pasted is read as it was or refused with a reason", () => {
  const block = formatBundle(BUNDLE);
  for (let seed = 1; seed <= 2000; seed++) {
    const next = seededNumbers(seed);
    let text = next() < 0.9
      ? block
      : formatBlock(LABELS.bundle, JSON.stringify({ v: 1, cert: next(), ca: "x" }));
    for (let edits = Math.ceil(next() * 4); edits > 0; edits--) {
      const at = Math.floor(next() * text.length);
      const cut = Math.floor(next() * (next() < 0.5 ? 2 : 80));
      const put = [
        "",
        "\n",
        " ",
        "A",
        "=",
        "-----END KIOKU-MESH CERT BUNDLE-----",
        "\u0000",
        "𠮷",
        block.slice(at, at + 90),
      ];
      text = text.slice(0, at) + put[Math.floor(next() * put.length)] + text.slice(at + cut);
    }
    try {
      const { certificate, ca } = readBundle(text);
      assert.ok(typeof certificate === "string" && typeof ca === "string", `seed ${seed}`);
    } catch (error) {
      assert.ok(error instanceof KiokuError, `seed ${seed}: ${error}`);
      assert.ok(
        error.message.length < 300 && !error.message.includes("\n"),
        `seed ${seed}: ${error.message}`,
      );
    }
  }
});
