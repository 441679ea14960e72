import { parseScopeLabel, type Scope, type ScopeLabel, type Tier } from "../core/scope.ts";
import type { Settings } from "../core/settings.ts";
import { DamagedRow } from "../store/row.ts";

/** The scope of a label that the database holds. */
export function readScope(label: ScopeLabel): Scope {
  const scope = parseScopeLabel(label);
  if (scope === undefined) throw new DamagedRow(`A message has the scope ${label}`);
  return scope;
}

/** The scopes of a tier that this user reads; all of them when none is named. */
export function scopesOf(tier: Tier | undefined, { readable }: Settings): string[] {
  return readable.filter((label) => tier === undefined || label === tier || label.startsWith(`${tier}/`));
}
