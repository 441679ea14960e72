import assert from "node:assert/strict";
import { DAY, HOUR } from "../../../lib/core/clock.ts";
import type { Bundle } from "../../../lib/tls/armour.ts";
import { tlsFiles } from "../../../lib/tls/files.ts";
import { inspectAuthority, inspectCertificate } from "../../../lib/tls/inspect.ts";
import { installBundle } from "../../../lib/tls/install.ts";
import { addToLedger } from "../../../lib/tls/ledger.ts";
import { requestKey } from "../../../lib/tls/own_key.ts";
import { newPrivateKey, type PrivateKey } from "../../../lib/tls/private_key.ts";
import { grantedIdentity } from "../../../lib/trust/granted.ts";
import { readIdentityFile } from "../../../lib/trust/identity_file.ts";
import { newAuthority, newLeaf } from "../../support/handmade_certificates.ts";
import { testClock } from "../../support/clock.ts";
import { type TempFolder, tempFolder } from "../../support/folder.ts";
import { seededRandom } from "../../support/random.ts";
import { HOST, OTHER_HOST, type Signer, signerIn, WANTED } from "./support.ts";

const random = seededRandom(1);
const clock = testClock();

function hostWith(key: PrivateKey): TempFolder {
  const folder = tempFolder();
  Deno.writeTextFileSync(tlsFiles(folder.path).key, key.pem);
  return folder;
}

const install = (folder: TempFolder, bundle: Bundle, replaceCa = false, at = clock) =>
  installBundle(folder.path, bundle, replaceCa, at, random);

async function withSigner(use: (signer: Signer, ca: TempFolder) => Promise<void>): Promise<void> {
  using ca = tempFolder();
  await use(await signerIn(ca.path, clock, random), ca);
}

Deno.test("a bundle for this host is installed, with what it says beside it", () =>
  withSigner(async ({ sign, authority }) => {
    const { bundle, key, entry } = await sign();
    using host = hostWith(key);
    Deno.chmodSync(host.path, 0o755);
    await install(host, bundle);
    const { certificate, ca } = tlsFiles(host.path);
    assert.equal(Deno.readTextFileSync(certificate), bundle.certificate);
    assert.equal(Deno.readTextFileSync(ca), authority.pem);
    assert.equal((Deno.statSync(host.path).mode ?? 0) & 0o777, 0o700);
    const { cn, fingerprint, user, teams } = readIdentityFile(host.path) ?? assert.fail("no identity.json");
    assert.deepEqual([cn, fingerprint, user, teams], [entry.cn, entry.fingerprint, "alice", ["acme"]]);
    const own = await inspectCertificate(host.path, clock()) ?? assert.fail();
    assert.deepEqual([own.problems, own.names, own.issuer], [[], WANTED.names, "kioku-mesh-ca"]);
    assert.deepEqual(inspectAuthority(host.path, clock())?.problems, []);
  }));

Deno.test("a bundle for another host, swapped or not, is refused and changes nothing", () =>
  withSigner(async ({ sign }) => {
    const mine = await sign();
    const theirs = await sign({ identity: { ...WANTED.identity, host: OTHER_HOST } });
    for (const [key, bundle] of [[mine.key, theirs.bundle], [theirs.key, mine.bundle]] as const) {
      using host = hostWith(key);
      await assert.rejects(install(host, bundle), /for another key than this host's/);
      assert.deepEqual([...Deno.readDirSync(host.path)].map(({ name }) => name), ["peer.key"]);
    }
    using empty = tempFolder();
    await assert.rejects(install(empty, mine.bundle), /there is no key here/);
  }));

Deno.test("a bundle whose parts do not belong together is refused", () =>
  withSigner(async ({ sign, authority }) => {
    const { bundle, key } = await sign();
    using host = hostWith(key);
    using elsewhere = tempFolder();
    const other = await signerIn(elsewhere.path, clock, random);
    const refused = async (change: Partial<Bundle>, why: RegExp) =>
      await assert.rejects(install(host, { ...bundle, ...change }), why);
    await refused({ ca: other.authority.pem }, /not signed by the authority that came with it/);
    await refused({ certificate: authority.pem }, /of an authority, not of a host/);
    await refused({ ca: bundle.certificate }, /not the certificate of an authority/);
    await refused({ ca: "" }, /Cannot read a certificate/);
    await refused({ certificate: "x" }, /Cannot read a certificate/);
    // An authority of the same name, whose key nobody here knows.
    const namesake = await newAuthority("kioku-mesh-ca");
    await refused({ ca: namesake.pem }, /not signed by the authority/);
  }));

Deno.test("a host's certificate does not sign others", () =>
  withSigner(async ({ sign }) => {
    const { bundle, key } = await sign();
    const { cn } = grantedIdentity(bundle.certificate);
    const own = await newPrivateKey(random);
    const forged = await newLeaf({ pem: "", subject: `CN=${cn}`, key: key.keys.privateKey }, {
      cn: "x",
      keys: own.keys,
    });
    using host = hostWith(own);
    await assert.rejects(
      install(host, { certificate: forged, ca: bundle.certificate }),
      /not the certificate of an authority/,
    );
  }));

Deno.test("what is over or not yet begun is refused, and the clock is named", () =>
  withSigner(async ({ sign }) => {
    const { bundle, key } = await sign({}, { lifetime: HOUR });
    using host = hostWith(key);
    const at = (time: string) => testClock(time);
    await assert.rejects(
      install(host, bundle, false, at("2026-03-01T13:00:01Z")),
      /ended on 2026-03-01.*clock/,
    );
    await assert.rejects(
      install(host, bundle, false, at("2026-03-01T11:54:00Z")),
      /begins on 2026-03-01.*clock/,
    );
    // Clocks differ a little.
    await install(host, bundle, false, at("2026-03-01T11:56:00Z"));
    await assert.rejects(install(host, bundle, false, at("2046-03-01")), /ended/);
    assert.deepEqual((await inspectCertificate(host.path, clock() + DAY))?.problems, ["EXPIRED"]);
  }));

Deno.test("a certificate that outlives its authority ends with it", async () => {
  const authority = await newAuthority();
  const own = await newPrivateKey(random);
  const certificate = await newLeaf(authority, { cn: "x", keys: own.keys, notAfter: new Date("2095-01-01") });
  using host = hostWith(own);
  const bundle = { certificate, ca: authority.pem };
  await assert.rejects(
    install(host, bundle, false, testClock("2092-01-01")),
    /the authority ended on 2090-01-01/,
  );
  await install(host, bundle, false, testClock("2089-01-01"));
});

Deno.test("another authority than the trusted one is refused unless told; on the authority's host always", () =>
  withSigner(async ({ sign, authority }, ca) => {
    const first = await sign();
    using host = hostWith(first.key);
    await install(host, first.bundle);
    using elsewhere = tempFolder();
    const other = await signerIn(elsewhere.path, clock, random);
    const second = await other.sign({}, {}, first.key);
    const { fingerprint } = grantedIdentity(authority.pem);
    await assert.rejects(
      install(host, second.bundle),
      new RegExp(`trusts kioku-mesh-ca .*${fingerprint}.*--replace-ca`),
    );
    assert.equal(Deno.readTextFileSync(tlsFiles(host.path).certificate), first.bundle.certificate);
    await install(host, second.bundle, true);
    assert.equal(Deno.readTextFileSync(tlsFiles(host.path).ca), other.authority.pem);
    Deno.writeTextFileSync(tlsFiles(ca.path).key, first.key.pem);
    await assert.rejects(install(ca, second.bundle, true), /holds the key of the first/);
  }));

Deno.test("a new key waits beside the one in use until its certificate is there", () =>
  withSigner(async ({ sign }) => {
    using host = tempFolder();
    const { key, nextKey } = tlsFiles(host.path);
    const first = await requestKey(host.path, false, random);
    assert.deepEqual([first.path, first.isNew], [key, true]);
    Deno.writeTextFileSync(first.path, first.key.pem);
    // Nothing is in use yet, so a fresh one takes its place.
    assert.equal((await requestKey(host.path, true, random)).path, key);
    const again = await requestKey(host.path, false, random);
    assert.deepEqual([again.key.pem, again.isNew], [first.key.pem, false]);
    await install(host, (await sign({}, {}, first.key)).bundle);
    const fresh = await requestKey(host.path, true, random);
    assert.deepEqual([fresh.path, fresh.isNew], [nextKey, true]);
    Deno.writeTextFileSync(fresh.path, fresh.key.pem);
    assert.equal((await requestKey(host.path, false, random)).key.pem, fresh.key.pem);
    // The old key's renewal leaves the one that waits.
    await install(host, (await sign({}, {}, first.key)).bundle);
    assert.equal(Deno.readTextFileSync(key), first.key.pem);
    await install(host, (await sign({}, { replace: true }, fresh.key)).bundle);
    assert.equal(Deno.readTextFileSync(key), fresh.key.pem);
    assert.throws(() => Deno.statSync(nextKey), Deno.errors.NotFound);
    assert.deepEqual((await inspectCertificate(host.path, clock()))?.problems, []);
  }));

Deno.test("what is wrong with a certificate is shown", () =>
  withSigner(async ({ sign }, ca) => {
    const { bundle, key, entry } = await sign();
    Deno.writeTextFileSync(tlsFiles(ca.path).key, key.pem);
    await install(ca, bundle);
    const revoked = {
      event: "revoked" as const,
      serial: entry.serial,
      cn: entry.cn,
      at: clock(),
      reason: "lost",
    };
    await addToLedger(ca.path, () => Promise.resolve({ entries: [revoked], result: undefined }));
    const problems = async () => (await inspectCertificate(ca.path, clock()))?.problems;
    assert.deepEqual(await problems(), ["revoked on 2026-03-01 (lost)"]);
    const identity = Deno.readTextFileSync(`${ca.path}/identity.json`);
    Deno.writeTextFileSync(`${ca.path}/identity.json`, identity.replace(entry.fingerprint, "00"));
    assert.match(
      (await problems())?.[1] ?? "",
      /identity\.json is about another certificate; .*tls install --cert/,
    );
    Deno.removeSync(`${ca.path}/identity.json`);
    assert.match((await problems())?.[1] ?? "", /identity\.json is missing/);
    Deno.writeTextFileSync(`${ca.path}/identity.json`, identity);
    Deno.writeTextFileSync(tlsFiles(ca.path).key, (await newPrivateKey(random)).pem);
    Deno.writeTextFileSync(tlsFiles(ca.path).ca, (await newAuthority()).pem);
    assert.match(
      (await problems())?.join("; ") ?? "",
      /revoked.*not signed by.*ca\.crt; .*peer\.key is another key/,
    );
    Deno.removeSync(tlsFiles(ca.path).key);
    Deno.removeSync(tlsFiles(ca.path).ca);
    assert.match((await problems())?.join("; ") ?? "", /ca\.crt is missing; .*peer\.key is missing/);
    assert.equal(HOST, entry.host);
  }));
