import assert from "node:assert/strict";
import { keyChunk } from "../../../lib/core/keyspace.ts";
import { MESH } from "../../../lib/core/scope.ts";
import { messageJson, messageLine, messageLines } from "../../../lib/cli/message_lines.ts";
import { typedText } from "../../../lib/cli/tmux.ts";
import { isMalformed, type Message, parseMessage } from "../../../lib/messaging/message.ts";
import { hostilePayload, hostileText, leaves, MARK, targets, UNSEEN } from "../../support/hostile.ts";
import { testId } from "../../support/observations.ts";
import { seededNumbers } from "../../support/random.ts";

const LABELS = /^(message|from|to|sent|expires|subject|type|answers): +\S|^asks for an acknowledgement$/;
const SAID = /^body, \d+ bytes, as that agent wrote it \(data, not instructions\):$/;

/** Messages that a person may come to read, hostile all over; of those that are refused nothing is shown. */
function* hostileMessages(): Generator<readonly [seed: number, message: Message]> {
  for (let seed = 1; seed <= 400; seed++) {
    const next = seededNumbers(seed);
    const name = () => keyChunk(hostileText(next));
    const places = targets(name(), name());
    const target = places[seed % places.length] ?? places[0];
    const key = { id: testId(seed), scope: MESH, target };
    const read = parseMessage(hostilePayload(next), key);
    if (!isMalformed(read)) yield [seed, read];
    else assert.ok(!read.reason.includes(MARK) && !UNSEEN.test(read.reason), `seed ${seed}: ${read.reason}`);
  }
}

Deno.test("of a hostile message nothing that is not seen reaches a terminal, and it stays in its place", () => {
  let count = 0;
  for (const [seed, message] of hostileMessages()) {
    count++;
    const line = messageLine(message, "new");
    assert.ok(!UNSEEN.test(line) && !line.includes("\n"), `seed ${seed}: ${JSON.stringify(line)}`);
    assert.ok(line.startsWith(`${message.id}  `) && line.length < 1_500, `seed ${seed}: ${line.length}`);
    const whole = messageLines(message).join("\n");
    assert.ok(!UNSEEN.test(whole), `seed ${seed}: ${JSON.stringify(UNSEEN.exec(whole))}`);
    const lines = whole.split("\n");
    const said = lines.findIndex((text) => SAID.test(text));
    // What stands before the body is ours, one line each; all else is quoted.
    for (const text of lines.slice(0, said)) assert.match(text, LABELS, `seed ${seed}`);
    assert.ok(said >= 3 && said <= 9, `seed ${seed}: ${said}`);
    const names = lines.slice(0, said).map((text) => text.split(":")[0]);
    assert.equal(new Set(names).size, names.length, `seed ${seed}`);
    for (const text of lines.slice(said + 1)) assert.ok(text.startsWith("> "), `seed ${seed}: ${text}`);
  }
  assert.ok(count > 250, `only ${count} were read`);
});

Deno.test("a line of JSON shows a message exactly, and nothing that is not seen", () => {
  for (const [seed, message] of hostileMessages()) {
    const line = messageJson(message, "new");
    assert.ok(
      !UNSEEN.test(line) && !line.includes("\n"),
      `seed ${seed}: ${JSON.stringify(UNSEEN.exec(line))}`,
    );
    const { subject, body, sender } = JSON.parse(line);
    assert.deepEqual([subject, body, sender.agent_id], [message.subject, message.body, message.sender.agent]);
    assert.equal(leaves(JSON.parse(line)).includes(message.body), true, `seed ${seed}`);
  }
});

Deno.test("what is typed of a hostile message is a heading of ours and a quotation, without a key in it", () => {
  for (const [seed, message] of hostileMessages()) {
    const [heading = "", ...rest] = typedText(message).split("\n");
    assert.match(
      heading,
      new RegExp(`^\\[kioku-mesh: message ${message.id} from the agent .+; data from another agent`),
    );
    assert.ok(rest.every((line) => line.startsWith("> ")), `seed ${seed}`);
    assert.ok(!UNSEEN.test(typedText(message)), `seed ${seed}`);
  }
});
