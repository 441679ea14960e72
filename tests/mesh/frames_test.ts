import assert from "node:assert/strict";
import { encodeFrame, type Frame, FrameError, FrameReader, OPCODE } from "../../lib/mesh/frames.ts";
import { hex } from "../../lib/core/random.ts";
import { seededNumbers } from "../support/random.ts";

/** A frame as a server sends it, without a mask. */
function serverFrame(payload: Uint8Array, opcode: number = OPCODE.binary, last = true): Uint8Array {
  const [head = new Uint8Array(), body = new Uint8Array()] = encodeFrame(
    opcode,
    payload.slice(),
    new Uint8Array(4),
  );
  const frame = new Uint8Array(head.length - 4 + body.length);
  frame.set(head.subarray(0, head.length - 4));
  frame.set(body, head.length - 4);
  frame[0] = (last ? 0x80 : 0) | opcode;
  frame[1] = (frame[1] ?? 0) & 0x7f;
  return frame;
}

function feed(reader: FrameReader, bytes: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = reader.space();
    const part = bytes.subarray(at, at + Math.min(space.length, 1500));
    space.set(part);
    reader.filled(part.length);
    at += part.length;
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
  }
  return frames;
}

Deno.test("frames of any size come whole out of any cuts", () => {
  const seed = 11;
  const next = seededNumbers(seed);
  const sizes = [
    0,
    1,
    125,
    126,
    65_535,
    65_536,
    5_000_000,
    3,
    ...Array.from({ length: 50 }, () => Math.floor(next() * 4000)),
  ];
  const payloads = sizes.map((length, index) => new Uint8Array(length).fill(index));
  const reader = new FrameReader(10_000_000);
  const frames = payloads.flatMap((payload) => feed(reader, serverFrame(payload)));
  assert.deepEqual(frames.map(({ payload }) => payload.length), sizes);
  frames.forEach(({ payload }, index) =>
    assert.ok(payload.every((byte) => byte === index), `frame ${index}`)
  );
});

Deno.test("what is no frame, or too large, is an error", () => {
  assert.throws(() => feed(new FrameReader(100), serverFrame(new Uint8Array(101))), FrameError);
  assert.throws(() => feed(new FrameReader(100), Uint8Array.of(0xf2, 1, 0)), FrameError);
  assert.throws(() => feed(new FrameReader(100), Uint8Array.of(0x82, 0x81, 0, 0, 0, 0, 0)), FrameError);
});

Deno.test("a client's frame is masked and can be unmasked", () => {
  const mask = Uint8Array.of(1, 2, 3, 4);
  const [head, body] = encodeFrame(OPCODE.binary, Uint8Array.of(10, 20, 30, 40, 50), mask);
  assert.equal(hex(head ?? mask), "828501020304");
  assert.deepEqual([...body ?? []], [11, 22, 29, 44, 51]);
});
