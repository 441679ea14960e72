import type { Identity } from "../../lib/core/identity.ts";
import type { ScopeLabel } from "../../lib/core/scope.ts";
import type { Settings } from "../../lib/core/settings.ts";
import type { MemoryContext } from "../../lib/memory/context.ts";
import { openInMemory } from "../../lib/store/open.ts";
import type { Store } from "../../lib/store/store.ts";
import type { Signer } from "../../lib/trust/signature.ts";
import { type TestClock, testClock } from "./clock.ts";
import { seededRandom } from "./random.ts";

/** Who saves in tests. */
export const TEST_IDENTITY: Identity = {
  agentFamily: "claude",
  agentFamilySource: "from a test",
  clientId: "alice@mbp",
  clientIdSource: "from a test",
  sessionNamed: true,
  pcId: "00112233445566778899aabbccddeeff",
  sessionId: "20260301T120000Z-0a1b2c3d",
  warning: undefined,
};

/** The settings of a local host without user and team; `readable` follows from the ids given. */
export function testSettings(given: Partial<Settings> = {}): Settings {
  const readable: ScopeLabel[] = ["mesh"];
  if (given.userId !== undefined) readable.push(`user/${given.userId}`);
  if (given.teamId !== undefined) readable.push(`team/${given.teamId}`);
  return {
    mode: "local",
    userId: undefined,
    teamId: undefined,
    defaultVisibility: "mesh",
    readable,
    declared: ["mesh"],
    uncertified: [],
    signatures: "accept",
    presenceInMesh: false,
    undeclaredTeam: undefined,
    ...given,
  };
}

/** What a test can set of its context; the rest is made. */
export interface ContextParts {
  readonly store?: Store;
  readonly clock?: TestClock;
  /** Seed of the ids; 1 when not given. */
  readonly seed?: number;
  readonly identity?: Partial<Identity>;
  readonly settings?: Partial<Settings>;
  /** Who signs; nobody when not given. Its host should be the identity's. */
  readonly signer?: Signer | undefined;
}

/** A context whose clock can be moved. */
export interface TestContext extends MemoryContext, Disposable {
  readonly clock: TestClock;
}

/** A memory that is gone with the test: `using context = testContext()`. */
export function testContext(parts: ContextParts = {}): TestContext {
  const clock = parts.clock ?? testClock();
  const store = parts.store ?? openInMemory();
  return {
    store,
    clock,
    random: seededRandom(parts.seed ?? 1),
    identity: { ...TEST_IDENTITY, ...parts.identity },
    settings: testSettings(parts.settings),
    signer: parts.signer,
    [Symbol.dispose]: () => store.close(),
  };
}
