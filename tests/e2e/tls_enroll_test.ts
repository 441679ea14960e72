import assert from "node:assert/strict";
import { type Home, newHome } from "./support/program.ts";
import { fakeSsh } from "./support/ssh.ts";

const folder = (home: Home, ...names: string[]) => home.at(".config", "kioku-mesh", "tls", ...names);

function tlsFiles(home: Home): string[] {
  try {
    return [...Deno.readDirSync(folder(home))].map(({ name }) => name).sort();
  } catch {
    return [];
  }
}

Deno.test("a host enrols over ssh for as long as the authority's host allows it", async () => {
  using ca = newHome();
  using host = newHome({ KIOKU_MESH_USER_ID: "alice", KIOKU_MESH_TEAM_ID: "acme" });
  const ssh = fakeSsh(ca);
  const env = { PATH: `${ssh.bin}:${host.invocation([]).env.PATH}` };
  await ca.ok(["tls", "init-ca"]);
  const closed = await host.run(["tls", "enroll", "ca.example"], { env });
  assert.equal(closed.code, 1);
  assert.match(closed.stderr, /lets nobody enrol now.*ended with exit code 2/s);
  assert.deepEqual(tlsFiles(host), [], "nothing is kept before it is signed");

  assert.match(await ca.ok(["tls", "allow-enroll", "--user", "alice", "--for", "10m"]), /as: user alice/);
  const options = [
    "--ssh-port",
    "2222",
    "--ssh-opt",
    "StrictHostKeyChecking=yes",
    "--days",
    "30",
    "--san",
    "spoke",
  ];
  const done = await host.run(["tls", "enroll", ...options, "alice@ca.example"], { env });
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /installed spoke-/);
  // What the authority's host has to say reaches the person who asked.
  assert.match(done.stderr, /not granted: team acme/);
  assert.match(done.stderr, /it does not grant team acme; the certificate decides/);
  assert.deepEqual(ssh.calledWith(), [
    ...["-p", "2222", "-o", "StrictHostKeyChecking=yes", "--", "alice@ca.example"],
    "kioku-mesh tls sign --days 30",
  ]);
  assert.deepEqual(tlsFiles(host), ["ca.crt", "identity.json", "peer.crt", "peer.csr", "peer.key"]);
  const key = Deno.readTextFileSync(folder(host, "peer.key"));

  // Again: a renewal, with the same key and for the same.
  await host.ok(["tls", "enroll", "ca.example"], { env });
  assert.equal(Deno.readTextFileSync(folder(host, "peer.key")), key);
  // With a new key it is somebody else as far as anybody can tell.
  const fresh = await host.run(["tls", "enroll", "--force", "ca.example"], { env });
  assert.equal(fresh.code, 1);
  assert.match(fresh.stderr, /belongs to spoke-.*, with another key/);
  assert.equal(Deno.readTextFileSync(folder(host, "peer.key")), key);
  assert.deepEqual(JSON.parse(await host.ok(["tls", "info", "--json"])).certificate.problems, []);

  assert.match(await ca.ok(["tls", "allow-enroll", "--off"]), /closed/);
  assert.equal((await host.run(["tls", "enroll", "ca.example"], { env })).code, 1);
});

Deno.test("nobody becomes who they are not by enrolling", async () => {
  using ca = newHome();
  using alice = newHome();
  using mallory = newHome();
  const ssh = fakeSsh(ca);
  const env = { PATH: `${ssh.bin}:${alice.invocation([]).env.PATH}` };
  await ca.ok(["tls", "init-ca"]);
  await ca.ok(["tls", "allow-enroll", "--user", "alice"]);
  await alice.ok(["tls", "enroll", "ca.example", "--san", "laptop", "--user", "alice"], { env });
  await ca.ok(["tls", "allow-enroll"]);
  const asks = (...args: string[]) => mallory.run(["tls", "enroll", "ca.example", ...args], { env });
  const other = await asks("--san", "desk", "--user", "alice", "--team", "board");
  assert.equal(other.code, 0, other.stderr);
  assert.match(other.stderr, /not granted: user alice, team board/);
  const { certificate } = JSON.parse(await mallory.ok(["tls", "info", "--json"]));
  assert.deepEqual([certificate.user, certificate.teams], [null, []]);
  const name = await asks("--san", "laptop");
  assert.equal(name.code, 1);
  assert.match(name.stderr, /Cannot sign unasked: laptop is a name of laptop-/);
});

Deno.test("an answer that is not for this host, late or none changes nothing", async () => {
  using ca = newHome();
  using host = newHome();
  await ca.ok(["tls", "init-ca"]);
  await ca.ok(["tls", "allow-enroll"]);
  const other = await host.ok(["tls", "request", "--san", "x"], {
    env: { XDG_CONFIG_HOME: host.at("elsewhere") },
  });
  const swapped = await ca.ok(["tls", "sign", "--yes"], { stdin: other });
  Deno.writeTextFileSync(ca.at("swapped"), swapped);
  const cases: readonly (readonly [before: string, args: readonly string[], why: RegExp])[] = [
    [`cat '${ca.at("swapped")}'; exit 0`, [], /for another key than this host's/],
    ["echo hello; exit 0", [], /there is no "KIOKU-MESH CERT BUNDLE" block/],
    ["yes | head -c 1000000; exit 0", [], /too long/],
    ["exit 255", [], /ended with exit code 255/],
    ["exec sleep 60", ["--timeout", "1"], /has not answered in time/],
  ];
  for (const [before, args, why] of cases) {
    const ssh = fakeSsh(ca, before);
    const env = { PATH: `${ssh.bin}:${host.invocation([]).env.PATH}` };
    const { code, stderr } = await host.run(["tls", "enroll", "ca.example", ...args], { env });
    assert.notEqual(code, 0, before);
    assert.match(stderr, why);
    assert.deepEqual(tlsFiles(host), [], before);
  }
  const nowhere = await host.run(["tls", "enroll", "ca.example"], { env: { PATH: host.at("nothing") } });
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /there is no ssh on PATH/);
});
