import assert from "node:assert/strict";
import { Changed, readConfigFile, writeConfigFile } from "../../../lib/clients/config_file.ts";
import { seededRandom } from "../../support/random.ts";
import { tempFolder } from "../../support/folder.ts";

const STAMP = "20260131T090000Z";
const random = seededRandom(1);
const names = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name).sort();

Deno.test("a file that changed after it was read is left as it is, without a copy or a draft", () => {
  using folder = tempFolder();
  const path = folder.at("c.json");
  Deno.writeTextFileSync(path, "one");
  const read = readConfigFile(path);
  Deno.writeTextFileSync(path, "two");
  assert.throws(() => writeConfigFile(read, "ours", "owner", STAMP, random), Changed);
  assert.throws(() => writeConfigFile(read, undefined, "owner", STAMP, random), Changed);
  assert.deepEqual([names(folder.path), Deno.readTextFileSync(path)], [["c.json"], "two"]);
  const absent = readConfigFile(folder.at("new.json"));
  Deno.writeTextFileSync(folder.at("new.json"), "theirs");
  assert.throws(() => writeConfigFile(absent, "ours", "owner", STAMP, random), Changed);
  assert.equal(Deno.readTextFileSync(folder.at("new.json")), "theirs");
});

Deno.test("a change in the last moment, after the copy was made, is not overwritten either", () => {
  using folder = tempFolder();
  const path = folder.at("c.json");
  Deno.writeTextFileSync(path, "one");
  const read = readConfigFile(path);
  // The name of the draft is asked for after the copy is made and before the last look.
  const late = (length: number) => {
    Deno.writeTextFileSync(path, "two");
    return random(length);
  };
  assert.throws(() => writeConfigFile(read, "ours", "owner", STAMP, late), Changed);
  assert.equal(Deno.readTextFileSync(path), "two");
  assert.deepEqual(names(folder.path), ["c.json", `c.json.bak-${STAMP}`]);
});

Deno.test("a copy never replaces another", () => {
  using folder = tempFolder();
  const path = folder.at("c.json");
  Deno.writeTextFileSync(`${path}.bak-${STAMP}`, "precious");
  for (const text of ["a", "b", "c"]) {
    const read = readConfigFile(path);
    writeConfigFile(read, text, "owner", STAMP, random);
  }
  assert.equal(Deno.readTextFileSync(`${path}.bak-${STAMP}`), "precious");
  assert.equal(Deno.readTextFileSync(`${path}.bak-${STAMP}-1`), "a");
  assert.equal(Deno.readTextFileSync(`${path}.bak-${STAMP}-2`), "b");
});

Deno.test("links are followed, also to what is not there yet, and stay", () => {
  using folder = tempFolder();
  Deno.mkdirSync(folder.at("dotfiles"));
  Deno.symlinkSync("dotfiles/real.json", folder.at("one.json"));
  Deno.symlinkSync("one.json", folder.at("two.json"));
  Deno.symlinkSync("round.json", folder.at("round.json"));
  writeConfigFile(readConfigFile(folder.at("two.json")), "{}", "owner", STAMP, random);
  assert.equal(Deno.readTextFileSync(folder.at("dotfiles", "real.json")), "{}");
  writeConfigFile(readConfigFile(folder.at("two.json")), "[]", "owner", STAMP, random);
  assert.deepEqual(names(folder.at("dotfiles")), ["real.json", `real.json.bak-${STAMP}`]);
  assert.equal(Deno.readLinkSync(folder.at("two.json")), "one.json");
  assert.throws(() => readConfigFile(folder.at("round.json")), /leads in a circle/);
});

Deno.test("mode and byte order mark stay; a new file is its owner's, a project's everybody's", () => {
  using folder = tempFolder();
  const mode = (path: string) => (Deno.statSync(path).mode ?? 0) & 0o777;
  const path = folder.at("c.json");
  Deno.writeTextFileSync(path, "\uFEFFa");
  Deno.chmodSync(path, 0o664);
  const read = readConfigFile(path);
  assert.equal(read.text, "\uFEFFa");
  writeConfigFile(read, "\uFEFFb", "owner", STAMP, random);
  assert.deepEqual([mode(path), [...Deno.readFileSync(path)]], [0o664, [0xef, 0xbb, 0xbf, 0x62]]);
  assert.deepEqual([...Deno.readFileSync(`${path}.bak-${STAMP}`)], [0xef, 0xbb, 0xbf, 0x61]);
  assert.equal(mode(`${path}.bak-${STAMP}`), 0o600);
  writeConfigFile(readConfigFile(folder.at("x", "own.json")), "{}", "owner", STAMP, random);
  writeConfigFile(readConfigFile(folder.at("y", "shared.json")), "{}", "everybody", STAMP, random);
  assert.deepEqual([mode(folder.at("x")), mode(folder.at("x", "own.json"))], [0o700, 0o600]);
  assert.equal(mode(folder.at("y", "shared.json")) & 0o444, 0o444);
});
