import assert from "node:assert/strict";
import { Failure } from "../../../lib/core/errors.ts";
import { readIdentityFile, writeIdentityFile } from "../../../lib/trust/identity_file.ts";
import { at } from "../../support/clock.ts";
import { tempFolder } from "../../support/folder.ts";
import { seededRandom } from "../../support/random.ts";

const IDENTITY = {
  cn: "laptop-4b0a",
  fingerprint: "ab".repeat(32),
  host: "5b65ed0a6e46482dae27a85d316e3c0c",
  user: "alice",
  teams: ["acme"],
  signer: "A".repeat(43),
  notBefore: at("2026-01-01"),
  notAfter: at("2027-01-01"),
};

Deno.test("what a certificate says is kept beside it, for its owner alone", () => {
  using folder = tempFolder();
  assert.equal(readIdentityFile(folder.path), undefined);
  for (
    const identity of [IDENTITY, {
      ...IDENTITY,
      host: undefined,
      user: undefined,
      teams: [],
      signer: undefined,
    }]
  ) {
    writeIdentityFile(folder.path, identity, seededRandom(1));
    assert.deepEqual(readIdentityFile(folder.path), identity);
    assert.equal((Deno.statSync(folder.at("identity.json")).mode ?? 0) & 0o777, 0o600);
  }
});

Deno.test("a file that says something else is an error, not nobody", () => {
  using folder = tempFolder();
  writeIdentityFile(folder.path, IDENTITY, seededRandom(1));
  const text = Deno.readTextFileSync(folder.at("identity.json"));
  for (
    const bad of [
      "",
      "[]",
      text.slice(2),
      text.replace('"v":1', '"v":2'),
      text.replace("alice", "a/b"),
      text.replace("5b65", "xxxx"),
      text.replace('["acme"]', '"acme"'),
      text.replace("2027", "soon"),
      text.replace(/"signer":"\w+"/, '"signer":1'),
    ]
  ) {
    Deno.writeTextFileSync(folder.at("identity.json"), bad);
    assert.throws(() => readIdentityFile(folder.path), Failure, bad);
  }
});
