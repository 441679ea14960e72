import assert from "node:assert/strict";
import { DAY, HOUR, MINUTE } from "../../../lib/core/clock.ts";
import { Failure, UsageError } from "../../../lib/core/errors.ts";
import {
  DEFAULT_AUTHORITY,
  isAuthority,
  makeAuthority,
  newSerial,
  openAuthority,
} from "../../../lib/tls/authority.ts";
import {
  allowEnrolment,
  endEnrolment,
  enrolmentTerms,
  openEnrolment,
  requireUncontested,
} from "../../../lib/tls/enrolment.ts";
import { tlsFiles } from "../../../lib/tls/files.ts";
import { certificateNames } from "../../../lib/tls/inspect.ts";
import { isSigned } from "../../../lib/tls/install.ts";
import { addToLedger, liveLeaves, readLedger } from "../../../lib/tls/ledger.ts";
import { leafName } from "../../../lib/tls/sign.ts";
import { AS_ASKED, planLeaf } from "../../../lib/tls/terms.ts";
import { grantedIdentity } from "../../../lib/trust/granted.ts";
import { deriveSigningKey } from "../../../lib/trust/signing_key.ts";
import { testClock } from "../../support/clock.ts";
import { tempFolder } from "../../support/folder.ts";
import { seededRandom } from "../../support/random.ts";
import { HOST, OTHER_HOST, requested, signerIn, unasked, UNNAMED, WANTED } from "./support.ts";

Deno.test("an authority signs what was asked for, and the ledger has it", async () => {
  using folder = tempFolder();
  const clock = testClock();
  const { authority, sign } = await signerIn(folder.path, clock, seededRandom(1));
  const { bundle, entry, key } = await sign();
  const granted = grantedIdentity(bundle.certificate);
  assert.equal(granted.cn, `laptop-${granted.serial}`);
  assert.match(granted.serial, /^[4-7][0-9a-f]{15}$/);
  assert.deepEqual([granted.host, granted.user, granted.teams], [HOST, "alice", ["acme"]]);
  assert.equal(granted.signer, deriveSigningKey(key.pem).publicKey);
  assert.ok(clock() - granted.notBefore >= 5 * MINUTE);
  assert.ok(granted.notAfter <= clock() + 90 * DAY && granted.notAfter > clock() + 89 * DAY);
  assert.ok(await isSigned(bundle.certificate, authority.pem));
  assert.ok(!isAuthority(bundle.certificate));
  assert.deepEqual(certificateNames(bundle.certificate), WANTED.names);
  assert.deepEqual(readLedger(folder.path), [{ ...entry, revoked: undefined }]);
  assert.equal(entry.fingerprint, granted.fingerprint);
  assert.deepEqual(
    new Uint8Array(granted.publicKey),
    new Uint8Array(await crypto.subtle.exportKey("spki", key.keys.publicKey)),
  );
});

Deno.test("two certificates never have the same name, whatever the requests call themselves", async () => {
  using folder = tempFolder();
  const { sign } = await signerIn(folder.path, testClock(), seededRandom(1));
  const names = new Set<string>();
  for (const cn of ["hub", "hub", "hub-4b01", "x".repeat(64), "../../etc", "日本", "a b,CN=hub", "-", "*"]) {
    const { entry } = await sign({ cn, identity: { ...WANTED.identity, host: undefined } });
    assert.match(entry.cn, /^[A-Za-z0-9.-]{1,47}-[0-9a-f]{16}$/);
    assert.ok(entry.cn.endsWith(`-${entry.serial}`));
    names.add(entry.cn);
  }
  assert.equal(names.size, 9);
  const { request } = await requested(seededRandom(2), { cn: "日本" });
  assert.equal(leafName(request, "4b01"), "laptop-4b01");
});

Deno.test("the signer may grant less or otherwise, and what was denied is told", async () => {
  using folder = tempFolder();
  const { sign } = await signerIn(folder.path, testClock(), seededRandom(1));
  const teams = { identity: { host: HOST, user: "alice", teams: ["board", "acme"] } };
  const reduced = await sign(teams, {
    user: "bob",
    teams: ["acme"],
    denyHost: true,
    denyNames: ["192.0.2.7"],
  });
  const { host, user, teams: granted, signer } = grantedIdentity(reduced.bundle.certificate);
  assert.deepEqual([host, user, granted, signer], [undefined, "bob", ["acme"], undefined]);
  assert.deepEqual(certificateNames(reduced.bundle.certificate), ["laptop"]);
  assert.deepEqual(reduced.plan.denied, [`host ${HOST}`, "user alice", "team board", "name 192.0.2.7"]);
  const nobody = await sign(teams, { user: null, teams: [] });
  assert.deepEqual(nobody.plan.denied, ["user alice", "team acme", "team board"]);
  assert.deepEqual([nobody.entry.user, nobody.entry.teams], [undefined, []]);
  await assert.rejects(sign({}, { user: "a/b" }), UsageError);
  await assert.rejects(sign({}, { teams: [""] }), UsageError);
  await assert.rejects(sign({}, { denyNames: WANTED.names }), /no name would be left/);
});

Deno.test("nothing that is refused is in the ledger", async () => {
  using folder = tempFolder();
  const clock = testClock();
  const { sign, authority } = await signerIn(folder.path, clock, seededRandom(1));
  await assert.rejects(
    sign({}, { lifetime: 3651 * DAY }),
    /would outlive its authority, which ends on 2036-02-27/,
  );
  assert.deepEqual(readLedger(folder.path), []);
  const { entry } = await sign({}, { lifetime: 3651 * DAY, shorten: true });
  assert.equal(entry.notAfter, authority.notAfter);
  const short = await sign(UNNAMED, { lifetime: HOUR });
  assert.ok(short.entry.notAfter - clock() <= HOUR);
});

Deno.test("a host id of another live certificate is refused, unless it is renewed or replaced", async () => {
  using folder = tempFolder();
  const clock = testClock();
  const { sign } = await signerIn(folder.path, clock, seededRandom(1));
  const first = await sign();
  await assert.rejects(
    sign(),
    new RegExp(`the host id ${HOST} belongs to ${first.entry.cn}, with another key`),
  );
  const renewed = await sign({}, {}, first.key);
  assert.notEqual(renewed.entry.cn, first.entry.cn);
  const other = await sign({ identity: { ...WANTED.identity, host: OTHER_HOST }, names: ["desk"] });
  const replaced = await sign({}, { replace: true });
  const live = liveLeaves(readLedger(folder.path), clock());
  assert.deepEqual(live.map(({ cn }) => cn), [other.entry.cn, replaced.entry.cn]);
  assert.match(
    readLedger(folder.path)[0]?.revoked?.reason ?? "",
    new RegExp(`replaced by ${replaced.entry.cn}`),
  );
  // What is over holds nothing.
  clock.advance(100 * DAY);
  await sign();
});

Deno.test("what others have is contested: their users and their names", async () => {
  using folder = tempFolder();
  const clock = testClock();
  const { sign, authority } = await signerIn(folder.path, clock, seededRandom(1));
  const alice = await sign({ names: ["laptop", "localhost", "127.0.0.1"] });
  const plan = async (wanted: Parameters<typeof requested>[1]) => {
    const { request } = await requested(seededRandom(3), wanted);
    return planLeaf(request, { ...AS_ASKED }, authority.notAfter, readLedger(folder.path), clock());
  };
  const taken = await plan({
    names: ["laptop", "localhost", "127.0.0.1", "desk"],
    identity: { host: OTHER_HOST, user: "alice", teams: ["acme"] },
  });
  assert.deepEqual(taken.contested.users.map(({ cn }) => cn), [alice.entry.cn]);
  assert.deepEqual(taken.contested.names.map(({ name, leaf }) => [name, leaf.cn]), [[
    "laptop",
    alice.entry.cn,
  ]]);
  assert.throws(() => requireUncontested(taken, []), /Cannot sign unasked: user alice is also granted/);
  assert.throws(() => requireUncontested(taken, ["alice"]), /Cannot sign unasked: laptop is a name of/);
  const free = await plan({ names: ["desk"], identity: { host: OTHER_HOST, user: "bob", teams: ["acme"] } });
  assert.deepEqual(free.contested, { users: [], names: [] });
  requireUncontested(free, []);
});

Deno.test("hosts enrol for as long as it is allowed, as nobody but who was named", async () => {
  using folder = tempFolder();
  const clock = testClock();
  assert.equal(openEnrolment(folder.path, clock()), undefined);
  allowEnrolment(folder.path, { until: clock() + HOUR, users: ["alice"], teams: ["acme"] }, seededRandom(1));
  const open = openEnrolment(folder.path, clock());
  assert.ok(open !== undefined);
  const { request } = await requested(seededRandom(1), {
    identity: { host: HOST, user: "alice", teams: ["board", "acme"] },
  });
  const { user, teams, replace } = enrolmentTerms(open, request, { ...AS_ASKED, replace: true });
  assert.deepEqual({ user, teams, replace }, { user: "alice", teams: ["acme"], replace: false });
  const closed = enrolmentTerms({ ...open, users: [] }, request, AS_ASKED);
  assert.equal(closed.user, null);
  // The signer's own word counts no more than the request's.
  assert.equal(enrolmentTerms(open, request, { ...AS_ASKED, user: "root" }).user, null);
  clock.advance(HOUR);
  assert.equal(openEnrolment(folder.path, clock()), undefined);
  assert.ok(endEnrolment(folder.path));
  assert.ok(!endEnrolment(folder.path));
  Deno.writeTextFileSync(folder.at("enroll.json"), "{}");
  assert.throws(() => openEnrolment(folder.path, clock()), Failure);
});

Deno.test("an authority is replaced only when told, and what was there is kept", async () => {
  using folder = tempFolder();
  const clock = testClock();
  const random = seededRandom(1);
  const { sign, authority } = await signerIn(folder.at("tls"), clock, random);
  await sign();
  await assert.rejects(makeAuthority(folder.at("tls"), DEFAULT_AUTHORITY, false, clock, random), /--force/);
  assert.equal((await openAuthority(folder.at("tls"), unasked, clock())).pem, authority.pem);
  const aside = await makeAuthority(
    folder.at("tls"),
    { ...DEFAULT_AUTHORITY, name: "new" },
    true,
    clock,
    random,
  );
  assert.equal(aside.length, 3);
  for (const path of aside) assert.ok(Deno.statSync(path).isFile);
  assert.deepEqual(readLedger(folder.at("tls")), []);
  const { ca, caKey } = tlsFiles(folder.at("tls"));
  for (const path of [ca, caKey]) assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
  assert.equal((Deno.statSync(folder.at("tls")).mode ?? 0) & 0o777, 0o700);
  assert.ok(isAuthority(Deno.readTextFileSync(ca)));
});

Deno.test("an authority that is missing, over, or has another's key does not sign", async () => {
  using folder = tempFolder();
  const clock = testClock();
  const random = seededRandom(1);
  await assert.rejects(openAuthority(folder.path, unasked, clock()), /there is no authority here/);
  await makeAuthority(
    folder.path,
    { ...DEFAULT_AUTHORITY, days: 10, passphrase: "secret" },
    false,
    clock,
    random,
  );
  const { caKey } = tlsFiles(folder.path);
  assert.match(Deno.readTextFileSync(caKey), /ENCRYPTED PRIVATE KEY/);
  await assert.rejects(
    openAuthority(folder.path, () => Promise.resolve("wrong"), clock()),
    /passphrase is wrong/,
  );
  await openAuthority(folder.path, () => Promise.resolve("secret"), clock());
  await assert.rejects(
    openAuthority(folder.path, unasked, clock() + 10 * DAY),
    /the authority ended on 2026-03-11/,
  );
  using other = tempFolder();
  await makeAuthority(other.path, DEFAULT_AUTHORITY, false, clock, random);
  Deno.copyFileSync(tlsFiles(other.path).caKey, caKey);
  await assert.rejects(openAuthority(folder.path, unasked, clock()), /is not the key of/);
  // A host's own certificate is no authority, even with its key.
  const { sign } = await signerIn(folder.at("third"), clock, random);
  const { bundle, key } = await sign();
  Deno.writeTextFileSync(tlsFiles(other.path).ca, bundle.certificate);
  Deno.writeTextFileSync(tlsFiles(other.path).caKey, key.pem);
  await assert.rejects(openAuthority(other.path, unasked, clock()), /not the certificate of an authority/);
});

Deno.test("who signs looks at the ledger again, for what came while a person was asked", async () => {
  using folder = tempFolder();
  const clock = testClock();
  const { sign } = await signerIn(folder.path, clock, seededRandom(1));
  const both = await Promise.allSettled([sign(), sign()]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  assert.equal(readLedger(folder.path).length, 1);
  await addToLedger(folder.path, () => Promise.resolve({ entries: [], result: undefined }));
  assert.notEqual(newSerial(seededRandom(5)), newSerial(seededRandom(6)));
});
