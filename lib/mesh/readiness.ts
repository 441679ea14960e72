import { Failure } from "../core/errors.ts";
import { isObject, isTextList, type JsonObject } from "../core/json.ts";
import type { Random } from "../core/random.ts";
import { EngineRefused } from "./engine/verify.ts";
import { type LoopbackAddress, type MeshSession, openSession } from "./session.ts";
import { sleep, type Timer } from "./timer.ts";

/** A router that is to become ready. */
export interface Starting {
  readonly address: LoopbackAddress;
  /** Names of the storages that it must have. */
  readonly storages: readonly string[];
  /** The version its plugins must have. */
  readonly version: string;
  /** Aborted when waiting is over: time is up, the router ended or nobody needs it. */
  readonly signal: AbortSignal;
  readonly random: Random;
  readonly timer: Timer;
}

/** A router that is ready. */
export interface Ready {
  /** Its id in the mesh. */
  readonly zid: string;
  /** Where it listens for other hosts, ports included that the system chose, such as `tcp/127.0.0.1:7447`. */
  readonly locators: readonly string[];
}

/** Between two tries. Milliseconds. */
const TRY_AGAIN_MS = 20;

/**
 * Waits until the router takes and keeps what is put. Its port is open half a second before a fresh storage listens, and
 * what is put meanwhile is acknowledged and lost (19 of 60, measured); a storage's key in the admin space answers only
 * once it listens. When the signal is aborted, throws a Failure that says what was still missing.
 */
export async function waitUntilReady(starting: Starting): Promise<Ready> {
  const { signal, timer } = starting;
  let missing = "it takes no connection";
  for (; !signal.aborted; await sleep(timer, TRY_AGAIN_MS, signal)) {
    const session = await open(starting);
    if (session === undefined) continue;
    try {
      await checkVersion(session, starting.version);
      const absent = await absentStorages(session, starting);
      if (absent.length === 0) return { zid: session.zid, locators: await locatorsOf(session) };
      missing = `its storage ${absent.join(", ")} does not start (is its folder in use or damaged?)`;
    } catch (error) {
      // A router that ends meanwhile is told of by its end; a link that comes and goes makes answers partial.
      if (!(error instanceof Failure) || error instanceof EngineRefused) throw error;
    } finally {
      session.close();
    }
  }
  throw new Failure(`Cannot use the router: ${missing}. See router.log in its folder.`);
}

async function open({ address, random, timer, signal }: Starting): Promise<MeshSession | undefined> {
  try {
    return await openSession({ address, random, timer, signal });
  } catch {
    return undefined;
  }
}

/** Waits for the storages; names those that are still absent when waiting is over. */
async function absentStorages(
  session: MeshSession,
  { storages, signal, timer }: Starting,
): Promise<string[]> {
  for (;;) {
    const there = new Set<string>();
    const keys = `@/${session.zid}/router/status/plugins/storage_manager/storages/*`;
    await session.getAll(keys, ({ key }) => void there.add(key.split("/").at(-1) ?? ""));
    const absent = storages.filter((name) => !there.has(name));
    if (absent.length === 0 || signal.aborted) return absent;
    await sleep(timer, TRY_AGAIN_MS, signal);
  }
}

async function locatorsOf(session: MeshSession): Promise<string[]> {
  const value = await adminValue(session, `@/${session.zid}/router`);
  return isTextList(value.locators) ? [...value.locators] : [];
}

async function adminValue(session: MeshSession, key: string): Promise<JsonObject> {
  let found: JsonObject = {};
  await session.getAll(key, ({ payload }) => {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    if (isObject(value)) found = value;
  });
  return found;
}

// The wire has no version of its own (ADR 0010), so the plugin's must be the one that ours was written for.
async function checkVersion(session: MeshSession, wanted: string): Promise<void> {
  const { version } = await adminValue(session, `@/${session.zid}/router/plugins/remote_api`);
  if (version === wanted) return;
  throw new EngineRefused(
    `Cannot use the engine: it is version ${
      String(version)
    }, and this program speaks with ${wanted}. Provide that one.`,
  );
}
