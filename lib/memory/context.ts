import type { Clock } from "../core/clock.ts";
import type { Identity } from "../core/identity.ts";
import type { Random } from "../core/random.ts";
import type { Settings } from "../core/settings.ts";
import type { Store } from "../store/store.ts";
import type { Signer } from "../trust/signature.ts";

/** What every operation on memories works with: the database, who asks, and what would otherwise be global. */
export interface MemoryContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly identity: Identity;
  readonly settings: Settings;
  /** Signs what is saved and deleted here; undefined on a host without a certificate that says so. */
  readonly signer: Signer | undefined;
}
