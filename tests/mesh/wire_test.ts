import assert from "node:assert/strict";
import { WireError, WireReader, WireWriter } from "../../lib/mesh/wire/bytes.ts";
import { decodeMessage } from "../../lib/mesh/wire/messages.ts";
import * as requests from "../../lib/mesh/wire/requests.ts";
import { hex } from "../../lib/core/random.ts";
import { seededNumbers } from "../support/random.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const subscriber = requests.declareSubscriber(300, "mem/**");
const queryable = requests.declareQueryable(301, "mem/mesh/sync");
const token = requests.declareToken(302, "live/a");
const watcher = requests.declareLivenessSubscriber(303, "live/*");

// What npm:@eclipse-zenoh/zenoh-ts 1.10.1 sends for the same, as request number 66051 (ADR 0010).
const GOLDEN: readonly (readonly [name: string, request: requests.Request, expected: string])[] = [
  ["list of links", requests.links, "9f03020100"],
  ["session info", requests.sessionInfo, "8c03020100"],
  [
    "put",
    requests.put("mem/mesh/a", bytes("記憶".repeat(60))),
    `8e030201000a6d656d2f6d6573682f61e802${"e8a898e686b6".repeat(60)}0000000000ad`,
  ],
  [
    "get",
    requests.get(70000, { keys: "mem/**", parameters: "a=1" }, bytes("q"), 30000),
    "920302010070110100066d656d2f2a2a03613d310101710000ad1530750000",
  ],
  [
    "get without payload",
    requests.get(7, { keys: "mem/**", parameters: "" }, undefined, 1),
    "920302010007000000066d656d2f2a2a00000000ad1501000000",
  ],
  ["subscriber", subscriber, "82030201002c010000066d656d2f2a2a02"],
  ["no subscriber", requests.undeclare(subscriber, 300), "83030201002c010000"],
  ["queryable", queryable, "84030201002d0100000d6d656d2f6d6573682f73796e630002"],
  ["no queryable", requests.undeclare(queryable, 301), "85030201002d010000"],
  ["token", token, "88030201002e010000066c6976652f61"],
  ["no token", requests.undeclare(token, 302), "89030201002e010000"],
  ["liveness", watcher, "8a030201002f010000066c6976652f2a01"],
  ["no liveness", requests.undeclare(watcher, 303), "8b030201002f010000"],
  ["links", requests.declareTransportListener(304), "a1030201003001000001"],
  [
    "reply",
    requests.reply(9, "mem/mesh/sync", bytes("r")),
    "9503020100090000000d6d656d2f6d6573682f73796e6301720000000000ad",
  ],
  ["error", requests.replyError(9, "no"), "970302010009000000026e6f000000"],
  ["final", requests.replyFinal(9), "980302010009000000"],
];

Deno.test("requests are the bytes that zenoh-ts sends", () => {
  for (const [name, request, expected] of GOLDEN) {
    assert.equal(hex(requests.encodeRequest(request, 66051)), expected, name);
  }
});

Deno.test("numbers, texts and bytes come back as they were written", () => {
  const seed = 7;
  const next = seededNumbers(seed);
  for (let round = 0; round < 200; round++) {
    const length = Math.floor(next() ** 4 * 70_000);
    const blob = Uint8Array.from({ length }, () => Math.floor(next() * 256));
    const number = Math.floor(next() * 2 ** 32);
    const writer = new WireWriter(1).u32(number).blob(blob).text("é記").u16(number & 0xffff).bool(true);
    const reader = new WireReader(writer.bytes());
    assert.deepEqual(
      [reader.u32(), hex(reader.blob()), reader.text(), reader.u16(), reader.bool()],
      [number, hex(blob), "é記", number & 0xffff, true],
      `seed ${seed}, round ${round}`,
    );
    assert.throws(() => reader.u8(), WireError);
  }
});

Deno.test("a list of links is read whole", () => {
  const zid = Uint8Array.from({ length: 16 }, (_, n) => n === 0 ? 0xab : n === 1 ? 1 : 0);
  const list = new WireWriter().u8(0x8b).u32(7).u8(2).blob(zid).u8(1).bool(true).bool(false)
    .blob(zid.with(0, 0xcd)).u8(4).bool(false).bool(false).bytes();
  assert.deepEqual(decodeMessage(list), {
    kind: "links",
    sequence: 7,
    neighbours: [{ zid: "1ab", role: "router" }, { zid: "1cd", role: "client" }],
  });
});

Deno.test("a message that is cut anywhere is an error, never something else", () => {
  const sample = new WireWriter().u8(5).u32(3).text("mem/mesh/a").blob(bytes("payload")).u8(0).u16(0).text("")
    .bytes();
  assert.deepEqual(decodeMessage(sample), {
    kind: "sample",
    subscriber: 3,
    sample: { key: "mem/mesh/a", payload: bytes("payload"), deleted: false },
  });
  for (let length = 0; length < sample.length; length++) {
    assert.throws(() => decodeMessage(sample.subarray(0, length)), WireError, `cut at ${length}`);
  }
});
