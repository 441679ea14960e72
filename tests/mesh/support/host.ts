import { monotonicClock } from "../../../lib/core/clock.ts";
import { systemRandom } from "../../../lib/core/random.ts";
import { MESH, type Scope } from "../../../lib/core/scope.ts";
import { parseEndpoint } from "../../../lib/mesh/endpoint.ts";
import { type Engine, findEngine } from "../../../lib/mesh/engine/find.ts";
import { engineTarget } from "../../../lib/mesh/engine/target.ts";
import { type Router, type RouterOptions, startRouter } from "../../../lib/mesh/router.ts";
import { type MeshSession, openSession } from "../../../lib/mesh/session.ts";
import { storagesFor } from "../../../lib/mesh/storages.ts";
import { systemTimer, within } from "../../../lib/mesh/timer.ts";
import { type TempFolder, tempFolder } from "../../support/folder.ts";

/** The folder of the engine that these tests run. Without it tests with real routers fail: a skipped test proves nothing. */
export const ENGINE_FOLDER: string | undefined = Deno.env.get("KIOKU_MESH_ENGINE_DIR");

/** The engine under test. */
export function testEngine(): Promise<Engine> {
  const target = engineTarget(Deno.build.os, Deno.build.arch);
  return findEngine({ named: ENGINE_FOLDER, packed: [], cache: "none", target }, systemRandom);
}

/** A test with real routers. Nothing that it starts may outlive it, so every deadline ends in an error. */
export function routerTest(name: string, run: () => Promise<void>): void {
  Deno.test(name, async () => {
    if (ENGINE_FOLDER === undefined) {
      throw new Error("KIOKU_MESH_ENGINE_DIR must name a folder with the engine.");
    }
    await soon(run(), 60_000, name);
  });
}

/** How a test's router is run; memory of its own, a port that the system gives, the mesh's storages. */
export interface HostParts extends Partial<RouterOptions> {
  readonly scopes?: readonly Scope[];
}

/** Options of a router in `folder`. */
export async function routerOptions(folder: string, parts: HostParts = {}): Promise<RouterOptions> {
  return {
    engine: await testEngine(),
    folder,
    listen: [parseEndpoint("tcp/127.0.0.1:0")],
    connect: [],
    storages: storagesFor(parts.scopes ?? [MESH], "scopes"),
    volume: "rocksdb",
    tls: undefined,
    access: undefined,
    clock: monotonicClock(Date.now),
    random: systemRandom,
    timer: systemTimer,
    ...parts,
  };
}

/** A router with a session, both gone with the test: `await using host = await startHost()`. */
export interface TestHost extends AsyncDisposable {
  readonly router: Router;
  readonly session: MeshSession;
  readonly folder: TempFolder;
  /** Where others connect to. */
  readonly endpoint: string;
}

/** Starts a host. */
export async function startHost(parts: HostParts = {}): Promise<TestHost> {
  const folder = tempFolder();
  let router: Router | undefined;
  try {
    router = await startRouter(await routerOptions(folder.at("router"), parts));
    const session = await sessionWith(router);
    const started = router;
    return {
      router,
      session,
      folder,
      endpoint: router.locators[0] ?? "",
      async [Symbol.asyncDispose]() {
        session.close();
        await started.stop();
        folder[Symbol.dispose]();
      },
    };
  } catch (error) {
    await router?.stop();
    folder[Symbol.dispose]();
    throw error;
  }
}

/** Opens another session with a router. */
export function sessionWith(router: Router): Promise<MeshSession> {
  return openSession({ address: router.address, random: systemRandom, timer: systemTimer });
}

/** What the promise gives; an error when it takes longer. */
export function soon<T>(promise: Promise<T>, milliseconds: number, what: string): Promise<T> {
  return within(
    systemTimer,
    milliseconds,
    promise,
    () => new Error(`${what}: not within ${milliseconds} ms`),
  );
}

/** Waits until `done` says so; an error when it takes longer. */
export async function until(
  what: string,
  done: () => boolean | Promise<boolean>,
  milliseconds = 10_000,
): Promise<void> {
  const over = performance.now() + milliseconds;
  while (!await done()) {
    if (performance.now() > over) throw new Error(`${what}: not within ${milliseconds} ms`);
    await new Promise<void>((resolve) => systemTimer(10, resolve));
  }
}

/** Whether a process lives. */
export function lives(pid: number): boolean {
  try {
    // SIGCONT changes nothing for a process that runs.
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}
