import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { systemRandom } from "../../lib/core/random.ts";
import type { Scope } from "../../lib/core/scope.ts";
import { parseEndpoint } from "../../lib/mesh/endpoint.ts";
import { EngineRefused } from "../../lib/mesh/engine/verify.ts";
import { endLeftover, recordRouter } from "../../lib/mesh/leftover.ts";
import { checkPorts, PortTaken } from "../../lib/mesh/ports.ts";
import { processIdentity } from "../../lib/mesh/processes.ts";
import { type Router, RouterFailed, startRouter } from "../../lib/mesh/router.ts";
import { openRouterLog } from "../../lib/mesh/router_log.ts";
import { storagesFor } from "../../lib/mesh/storages.ts";
import { pauseMs, superviseRouter } from "../../lib/mesh/supervisor.ts";
import { systemTimer } from "../../lib/mesh/timer.ts";
import { tempFolder } from "../support/folder.ts";
import { lives, routerOptions, routerTest, sessionWith, soon, startHost, until } from "./support/host.ts";

const FILES = ["data", "router.log", "running.json", "zenohd.json"];

routerTest("every legal scope gets its storages, and they keep what is put", async () => {
  const ids = ["alice", "a.b-c_d", "0", "A..-_", "x".repeat(64)];
  const scopes = ids.flatMap((id): Scope[] => [{ tier: "user", id }, { tier: "team", id }]);
  await using host = await startHost({ scopes });
  for (const { tier, id } of scopes) {
    for (const space of ["mem", "msg"]) {
      await host.session.putAcknowledged(`${space}/${tier}/${id}/k`, "kept");
      const count = () => host.session.getAll(`${space}/${tier}/${id}/**`, () => {});
      await until(`${space}/${tier}/${id} keeps it`, async () => await count() === 1);
    }
  }
});

routerTest("what was put is there after a stop, within 5 s, and a new start", async () => {
  using folder = tempFolder();
  const options = await routerOptions(folder.at("router"));
  const first = await startRouter(options);
  try {
    const session = await sessionWith(first);
    await session.putAcknowledged("mem/mesh/a", "kept");
    await until("it is stored", async () => await session.getAll("mem/mesh/a", () => {}) === 1);
    session.close();
    assert.deepEqual([...Deno.readDirSync(folder.at("router"))].map(({ name }) => name).sort(), FILES);
  } finally {
    await soon(first.stop(), 5000, "the router ends");
  }
  assert.ok(!lives(first.pid));
  const second = await startRouter(options);
  try {
    assert.notEqual(second.address.ca, first.address.ca);
    const session = await sessionWith(second);
    assert.equal(await session.getAll("mem/mesh/**", () => {}), 1);
    session.close();
  } finally {
    await second.stop();
  }
});

routerTest("a router that is killed is started again, elsewhere, and ended for good when told", async () => {
  using folder = tempFolder();
  const ups: Router[] = [];
  const downs: string[] = [];
  const options = await routerOptions(folder.at("router"), { storages: [] });
  const supervisor = await superviseRouter(() => options, {
    up: (router) => void ups.push(router),
    down: (reason) => void downs.push(reason),
  });
  try {
    await until("it is up", () => ups.length === 1);
    const [first] = ups;
    assert.ok(first !== undefined);
    const session = await sessionWith(first);
    Deno.kill(first.pid, "SIGKILL");
    await soon(session.closed, 2000, "the session ends");
    await until("it is up again", () => ups.length === 2);
    assert.match(downs[0] ?? "", /killed by signal 9/);
    supervisor.restart("it does not answer");
    await until("it is up a third time", () => ups.length === 3);
    assert.equal(downs[1], "it does not answer");
    const last = ups[2];
    assert.ok(last !== undefined && !lives(first.pid));
    (await sessionWith(last)).close();
  } finally {
    await soon(supervisor.stop(), 5000, "it ends");
  }
  assert.deepEqual(ups.map(({ pid }) => lives(pid)), [false, false, false]);
  assert.equal(downs.length, 2);
});

Deno.test("pauses double up to a limit, and chance takes up to half of each", () => {
  const most = () => Uint8Array.of(255);
  const least = () => Uint8Array.of(0);
  assert.deepEqual([0, 1, 2, 5, 6, 50].map((n) => pauseMs(n, most)), [
    500,
    1000,
    2000,
    16_000,
    30_000,
    30_000,
  ]);
  assert.deepEqual([0, 1, 2, 5, 6, 50].map((n) => pauseMs(n, least)), [250, 500, 1000, 8000, 15_000, 15_000]);
});

routerTest("no router outlives its parent, even one that is killed", async () => {
  using folder = tempFolder();
  const parent = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--no-lock",
      fileURLToPath(new URL("support/parent.ts", import.meta.url)),
      folder.at("r"),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = parent.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    const pid = Number((await soon(reader.read(), 30_000, "the parent starts a router")).value);
    assert.ok(lives(pid));
    parent.kill("SIGKILL");
    await until("the router ends", () => !lives(pid), 2000);
  } finally {
    try {
      parent.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await parent.status;
    await reader.cancel();
  }
});

routerTest("signals to the whole group leave the router to its peer", async () => {
  await using host = await startHost();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.kill(host.router.pid, signal);
  await host.session.putAcknowledged("mem/mesh/a", "");
  assert.ok(lives(host.router.pid));
});

routerTest(
  "a router that a dead peer left behind is ended at the next start, and nothing else is",
  async () => {
    using folder = tempFolder();
    const options = await routerOptions(folder.at("router"));
    const { pid: left, stop } = await startRouter(options);
    try {
      // As if nobody held the first one's pipe any more: only the record tells of it.
      const second = await startRouter(options);
      try {
        assert.ok(!lives(left));
        const session = await sessionWith(second);
        session.close();
      } finally {
        await second.stop();
      }
    } finally {
      await stop();
    }
    const record = folder.at("record.json");
    await recordRouter(record, Deno.pid, systemRandom);
    const { identity } = JSON.parse(Deno.readTextFileSync(record));
    assert.equal(identity, await processIdentity(Deno.pid));
    Deno.writeTextFileSync(
      record,
      JSON.stringify({ pid: Deno.pid, identity: `${identity} of another time` }),
    );
    assert.equal(await endLeftover(record, systemTimer), false, "another process has the number now");
    for (const text of ["", "{}", "[]", '{"pid":"1"}', `{"pid":1,"identity":"x"}`, "not JSON"]) {
      Deno.writeTextFileSync(record, text);
      assert.equal(await endLeftover(record, systemTimer), false, text);
    }
    assert.equal(await endLeftover(folder.at("none"), systemTimer), false);
  },
);

routerTest("who listens on our port already is named, and goes on", async () => {
  await using host = await startHost();
  using folder = tempFolder();
  const options = await routerOptions(folder.at("router"), { listen: [parseEndpoint(host.endpoint)] });
  await assert.rejects(
    startRouter(options),
    (error) => error instanceof PortTaken && error.message.includes(`zenohd (process ${host.router.pid}`),
  );
  await host.session.putAcknowledged("mem/mesh/a", "");
});

Deno.test("a port that this process holds is taken, a free one is not", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const endpoint = parseEndpoint(`tls/127.0.0.1:${listener.addr.port}`);
  await assert.rejects(
    checkPorts([endpoint]),
    (error) => error instanceof PortTaken && error.message.includes(`(process ${Deno.pid}`),
  );
  listener.close();
  await checkPorts([endpoint]);
});

routerTest("a storage that cannot start is an error that names it, and no router is left", async () => {
  await using host = await startHost();
  using folder = tempFolder();
  Deno.mkdirSync(folder.at("router"));
  // The second router finds its data locked by the first.
  Deno.symlinkSync(host.folder.at("router", "data"), folder.at("router", "data"));
  const options = await routerOptions(folder.at("router"), { readyWithinMs: 1500 });
  await assert.rejects(startRouter(options), /mesh_store.* does not start/);
  assert.equal([...Deno.readDirSync(folder.at("router"))].some(({ name }) => name === "running.json"), false);
});

routerTest("an endpoint that zenohd does not take is an error with what it said", async () => {
  using folder = tempFolder();
  const listen = [parseEndpoint("udp/192.0.2.1:7447")];
  await assert.rejects(
    startRouter(await routerOptions(folder.at("router"), { listen })),
    (error) =>
      error instanceof RouterFailed && /exit code|killed/.test(error.message) &&
      /192\.0\.2\.1/.test(error.message),
  );
});

routerTest("an engine that was changed is not started", async () => {
  using folder = tempFolder();
  const options = await routerOptions(folder.at("router"));
  const engine = { ...options.engine, manifest: new Map([["zenohd", "00".repeat(32)]]) };
  await assert.rejects(startRouter({ ...options, engine }), EngineRefused);
});

routerTest(
  "the router has an environment of its own, and its log neither configuration nor content",
  async () => {
    const secret = `content-${crypto.randomUUID()}`;
    await using host = await startHost();
    const { session, router, folder } = host;
    await session.putAcknowledged("mem/mesh/a", secret);
    await session.putAcknowledged(
      "mem/mesh/b",
      new Uint8Array([0xff, 0xfe, ...new TextEncoder().encode(secret)]),
    );
    await session.queryable("test/fails", () => {
      throw new Error("no");
    });
    await session.getAll("test/fails", () => {}, { payload: new TextEncoder().encode(secret) }).catch(
      () => {},
    );
    const tcp = await Deno.connect({ port: router.address.port });
    await tcp.write(new TextEncoder().encode(`GET /${secret} HTTP/1.1\r\n\r\n`));
    tcp.close();
    const log = () => Deno.readTextFileSync(folder.at("router", "router.log"));
    await until("the log tells of what is no client", () => log() !== "");
    assert.ok(!log().includes(secret) && !log().includes("Initial conf") && !log().includes("\u001b"), log());
    const environment = new Deno.Command("/bin/sh", {
      args: ["-c", 'tr "\\0" "\\n" < "/proc/$1/environ"', "sh", String(router.pid)],
    });
    const names = new TextDecoder().decode((await environment.output()).stdout).split("\n").map((line) =>
      line.split("=")[0]
    );
    if (Deno.build.os === "linux") {
      assert.deepEqual(
        names.filter((name) =>
          name !== "" && name !== "PWD" && name !== "OLDPWD" && name !== "_" && name !== "SHLVL"
        ).sort(),
        ["NO_COLOR", "RUST_LOG", "ZENOH_BACKEND_ROCKSDB_ROOT"],
      );
    }
  },
);

Deno.test("the log stays within its bounds", () => {
  using folder = tempFolder();
  const path = folder.at("router.log");
  const log = openRouterLog(path);
  for (let index = 0; index < 6000; index++) log.line(`\u001b[31m${index}\u001b[0m ${"x".repeat(1000)}`);
  log.close();
  const sizes = [path, `${path}.1`].map((one) => Deno.statSync(one).size);
  assert.ok(sizes.every((size) => size > 0 && size <= 1_000_000), String(sizes));
  assert.equal(log.recent.at(-1), `5999 ${"x".repeat(395)}`);
  assert.equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
});

routerTest("a router without storages is ready as well, and one in memory keeps nothing", async () => {
  await using host = await startHost({
    volume: "memory",
    storages: storagesFor([{ tier: "mesh", id: "" }], "scopes"),
  });
  await host.session.putAcknowledged("mem/mesh/a", "");
  await until("it is stored", async () => await host.session.getAll("mem/mesh/**", () => {}) === 1);
  assert.deepEqual([...Deno.readDirSync(host.folder.at("router", "data"))], []);
});
