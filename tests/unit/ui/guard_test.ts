import assert from "node:assert/strict";
import { Guard } from "../../../lib/ui/guard.ts";
import { seededRandom } from "../../support/random.ts";

const HOST = "127.0.0.1:4711";

function guarded(): { guard: Guard; cookie: string } {
  const guard = new Guard(4711, seededRandom(7));
  const cookie = guard.admit(new URL(guard.address))?.split(";")[0];
  assert.ok(cookie !== undefined);
  return { guard, cookie };
}

function request(headers: Record<string, string>, method = "GET"): Request {
  return new Request(`http://${HOST}/`, { method, headers: { host: HOST, ...headers } });
}

Deno.test("the token lets one browser in, once; its cookie is for it and for no other site", () => {
  const guard = new Guard(4711, seededRandom(1));
  const address = new URL(guard.address);
  const wrong = new URL(address);
  wrong.searchParams.set("token", "0".repeat(48));
  assert.equal(guard.admit(wrong), undefined);
  assert.match(guard.admit(address) ?? "", /^kioku_4711=[0-9a-f]{48}; HttpOnly; SameSite=Strict; Path=\/$/);
  assert.equal(guard.admit(address), undefined);
});

Deno.test("only a browser that was let in passes, and only for what shows", () => {
  const { guard, cookie } = guarded();
  assert.equal(guard.check(request({ cookie }), true), undefined);
  assert.equal(guard.check(request({ cookie: `other=1; ${cookie}` }), true), undefined);
  assert.equal(guard.check(request({}), true)?.status, 401);
  assert.equal(guard.check(request({ cookie: `${cookie}0` }), true)?.status, 401);
  assert.equal(guard.check(request({ cookie: cookie.replace("4711", "4712") }), true)?.status, 401);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    assert.equal(guard.check(request({ cookie }, method), true)?.status, 405, method);
  }
});

Deno.test("another host, origin or site is refused, whatever else it has", () => {
  const { guard, cookie } = guarded();
  const refused: Record<string, string>[] = [
    { host: "evil.example:4711" },
    { host: "127.0.0.1:4712" },
    { host: "127.0.0.1" },
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://localhost:4711" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ];
  for (const headers of refused) {
    assert.equal(guard.check(request({ cookie, ...headers }), true)?.status, 403, JSON.stringify(headers));
  }
  const own = { cookie, origin: `http://${HOST}`, "sec-fetch-site": "same-origin" };
  assert.equal(guard.check(request(own), true), undefined);
});
