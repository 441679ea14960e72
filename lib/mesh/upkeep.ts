import { acksAge } from "../messaging/acks.ts";
import { type Expiring, takeExpired } from "../messaging/expiry.ts";
import type { Timer } from "./timer.ts";

/** What is done to messages as time goes by. */
export interface UpkeepOptions {
  readonly messaging: Expiring;
  readonly timer: Timer;
  /** Something was put into the outbox, and `aged`: what hosts compare is less now. */
  readonly done: (aged: boolean) => void;
  readonly failed: (error: unknown) => void;
}

/** How often it is looked. Milliseconds. */
const EVERY_MS = 60_000;

/**
 * Takes the content of expired messages away where nobody reads mail, once at the start and then every minute. Returns how to
 * stop.
 */
export function keepUp({ messaging, timer, done, failed }: UpkeepOptions): () => void {
  let cancel = () => {};
  const look = () => {
    try {
      const aged = acksAge(messaging.store, messaging.clock());
      if (takeExpired(messaging) > 0 || aged) done(aged);
    } catch (error) {
      failed(error);
    }
    cancel = timer(EVERY_MS, look);
  };
  cancel = timer(0, look);
  return () => cancel();
}
