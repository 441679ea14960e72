import type { ScopeLabel } from "../core/scope.ts";
import { formatTime } from "../core/time.ts";
import { number, text } from "../store/row.ts";
import type { MemoryContext } from "./context.ts";
import { type OutgoingDepth, outgoingDepth } from "./outgoing.ts";
import { isShared } from "../core/shared.ts";

/** How many scopes are named at the most. */
const MOST = 3;

/** How it stands with what has to go out to the mesh. */
export interface Sharing extends OutgoingDepth {
  readonly peerRuns: boolean;
  /** Undefined when all is well; else sentences that say what waits and why. */
  readonly warning: string | undefined;
}

/** Looks at what has to go out; undefined on a host that is in no mesh. Nobody is left guessing (DESIGN §5). */
export function sharing(context: MemoryContext, peerRuns: () => boolean): Sharing | undefined {
  if (!isShared(context.settings)) return undefined;
  const depth = outgoingDepth(context.store, context.settings.declared);
  const runs = peerRuns();
  const warnings: string[] = [];
  if (!runs) warnings.push(withoutPeer(depth));
  const undeclared = undeclaredScopes(context);
  for (const { scope, count } of undeclared.slice(0, MOST)) {
    warnings.push(
      `${count} of ${scope} stay here: this host does not declare that scope (\`kioku-mesh scope add ${scope}\`).`,
    );
  }
  const withheld = depth.unshared - undeclared.reduce((sum, { count }) => sum + count, 0);
  if (withheld > 0) {
    warnings.push(
      `${withheld} are held back for what looks like a secret (\`kioku-mesh secrets\` lists them).`,
    );
  }
  return { ...depth, peerRuns: runs, warning: warnings.length === 0 ? undefined : warnings.join(" ") };
}

function undeclaredScopes({ store, settings }: MemoryContext): { scope: ScopeLabel; count: number }[] {
  const { declared } = settings;
  const sql = `SELECT scope, count(*) AS n FROM outbox WHERE scope NOT IN (${
    declared.map(() => "?").join(", ")
  })
    GROUP BY scope ORDER BY n DESC`;
  return store.all(sql, declared, (row) => ({ scope: text(row, "scope"), count: number(row, "n") }));
}

function withoutPeer({ waiting, since }: OutgoingDepth): string {
  const start = "no peer runs on this host (start it with `kioku-mesh peer`)";
  if (waiting === 0 || since === undefined) return `Nothing comes in or goes out: ${start}.`;
  return `Kept here, not shared yet: ${start}. ${waiting} waiting since ${formatTime(since)}.`;
}
