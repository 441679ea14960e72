import assert from "node:assert/strict";
import { hostToken, type MeshHost, parseHostToken } from "../../../lib/mesh/host_token.ts";
import { testId } from "../../support/observations.ts";

const HOST: MeshHost = { id: testId(1), zid: "a1b2", role: "spoke", version: "2.0.0", name: "mbp" };

Deno.test("a host is read as it showed itself; a name that would break the key is made safe", () => {
  assert.deepEqual(parseHostToken(hostToken(HOST)), HOST);
  assert.equal(parseHostToken(hostToken({ ...HOST, name: "a/b*$#" }))?.name, "a-b---");
  assert.deepEqual(parseHostToken(`${hostToken(HOST)}/more/of/later`), HOST);
});

Deno.test("what is no host is nothing", () => {
  for (const key of ["kioku/peer", "kioku/peer/x/y", "mem/mesh/obs", `kioku/peer/${testId(1)}/a/king/2/n`]) {
    assert.equal(parseHostToken(key), undefined, key);
  }
});
