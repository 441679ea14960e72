import assert from "node:assert/strict";
import { formatTarHeader, parseTarHeader, TAR_BLOCK, tarPadding } from "../../../lib/core/tar.ts";
import { seededNumbers } from "../../support/random.ts";

Deno.test("a header says what was written into it, files of 8 GiB and more included", () => {
  for (const size of [0, 1, 511, 512, 2 ** 33 - 1, 2 ** 33, 2 ** 40 + 12_345, Number.MAX_SAFE_INTEGER]) {
    const header = { name: "state/日本.db", size };
    const block = formatTarHeader(header, 1_790_000_000, 0o600);
    assert.equal(block.length, TAR_BLOCK);
    assert.deepEqual(parseTarHeader(block), header);
    assert.equal((size + tarPadding(size)) % TAR_BLOCK, 0);
  }
  assert.throws(() => formatTarHeader({ name: "x".repeat(101), size: 1 }, 0, 0o600), RangeError);
  assert.equal(parseTarHeader(new Uint8Array(TAR_BLOCK)), undefined);
});

Deno.test("a header of which any byte is another is refused, or says the same", () => {
  const header = { name: "state/kioku.db", size: 4096 };
  const block = formatTarHeader(header, 1_790_000_000, 0o600);
  const next = seededNumbers(3);
  for (let at = 0; at < TAR_BLOCK; at++) {
    const other = block.slice();
    other[at] = ((other[at] ?? 0) + 1 + Math.floor(next() * 255)) % 256;
    let read: unknown;
    try {
      read = parseTarHeader(other);
    } catch {
      continue;
    }
    assert.deepEqual(read, header, `byte ${at}`);
  }
});
