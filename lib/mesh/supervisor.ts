import { messageOf } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import { type Router, type RouterOptions, startRouter } from "./router.ts";
import { sleep } from "./timer.ts";

/** What the supervisor tells. Called in turn, never at once. */
export interface RouterEvents {
  /** A router is ready; open a session with it. Its address is another one than before. */
  up(router: Router): void;
  /** It is gone, or did not start again; the next start comes after `retryMs`. */
  down(reason: string, retryMs: number): void;
}

/** A router that is started again whenever it ends. */
export interface Supervisor {
  /** Ends the router that runs and starts another: for one that lives but does not answer. */
  restart(reason: string): void;
  /** The same without a pause, for a router that is well but is to be run with other options. */
  renew(reason: string): void;
  /** Ends it for good; resolves when no router runs. */
  stop(): Promise<void>;
}

/** The first pause before another start, and the longest. Milliseconds. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** A router that ran this long was well, and pauses begin anew. Microseconds. */
const WELL_AFTER = 60_000_000;

/**
 * Runs a router until it is stopped, each start with the options as they are then. The first start must succeed: what is wrong with the engine, the endpoints or the
 * ports is for the user to put right, and is thrown. After that every end is followed by another start, after pauses that
 * double, each shortened by a random part so that hosts that went down together do not come back together.
 */
export async function superviseRouter(
  optionsNow: () => RouterOptions,
  events: RouterEvents,
): Promise<Supervisor> {
  const stopping = new AbortController();
  const { clock, random, timer } = optionsNow();
  let current: Router | undefined = await startRouter(optionsNow());
  let why: string | undefined;
  // Why the router that runs, or is about to, has the wrong options.
  let outdated: string | undefined;
  const run = async () => {
    let pauses = 0;
    for (; !stopping.signal.aborted;) {
      let reason: string;
      try {
        if (current === undefined) {
          outdated = undefined;
          current = await startRouter(optionsNow(), stopping.signal);
        }
        const since = clock();
        if (outdated === undefined) events.up(current);
        else void current.stop();
        const how = await current.ended;
        reason = outdated ?? why ?? `the router ended: ${how}`;
        if (clock() - since >= WELL_AFTER) pauses = 0;
      } catch (error) {
        reason = messageOf(error);
      }
      current = undefined;
      why = undefined;
      if (stopping.signal.aborted) return;
      const pause = outdated === undefined ? pauseMs(pauses++, random) : 0;
      events.down(reason, pause);
      await sleep(timer, pause, stopping.signal);
    }
  };
  const done = run();
  return {
    restart(reason) {
      why = reason;
      void current?.stop();
    },
    renew(reason) {
      outdated = reason;
      void current?.stop();
    },
    async stop() {
      stopping.abort();
      await current?.stop();
      await done;
    },
  };
}

/** The pause before start number `pauses` + 1 in a row: half of it is fixed, half is chance. Milliseconds. */
export function pauseMs(pauses: number, random: Random): number {
  const [chance = 0] = random(1);
  const whole = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** pauses);
  return Math.round(whole / 2 + (whole / 2) * (chance / 255));
}
