import type { Clock } from "../core/clock.ts";
import type { Identity } from "../core/identity.ts";
import type { Random } from "../core/random.ts";
import type { Settings } from "../core/settings.ts";
import type { Signer } from "../trust/signature.ts";
import type { Store } from "../store/store.ts";

/** What every operation on messages works with: the database, whose session this is, and what would otherwise be global. */
export interface MessagingContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly identity: Identity;
  readonly settings: Settings;
  /** Who signs what this host sends; nobody when it has no certificate for that. */
  readonly signer?: Signer | undefined;
}
