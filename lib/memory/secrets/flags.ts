import type { Micros } from "../../core/clock.ts";
import { type ScopeLabel, scopeLabel } from "../../core/scope.ts";
import { text } from "../../store/row.ts";
import type { Store } from "../../store/store.ts";
import type { Observation } from "../observation.ts";
import { findSecrets } from "./fields.ts";

/** A record that came from elsewhere with what looks like a secret, and is not sent out from here. */
export interface SecretFlag {
  readonly id: string;
  readonly scope: ScopeLabel;
  readonly rules: readonly string[];
}

/** Notes, in the caller's transaction, what looks like a secret in a record that came from elsewhere. */
export function flagSecrets(store: Store, observation: Observation): void {
  for (const { field, finding } of findSecrets(observation)) {
    store.run(
      "INSERT OR IGNORE INTO secret_flag (id, scope, rule, field) VALUES (?, ?, ?, ?)",
      observation.id,
      scopeLabel(observation.scope),
      finding.rule,
      field,
    );
  }
}

/** The flagged records that nobody has allowed yet. */
export function listFlags(store: Store): SecretFlag[] {
  return store.all(
    `SELECT id, scope, group_concat(DISTINCT rule) AS rules FROM secret_flag WHERE allowed_at IS NULL
      GROUP BY id, scope ORDER BY id`,
    [],
    (row) => ({ id: text(row, "id"), scope: text(row, "scope"), rules: text(row, "rules").split(",") }),
  );
}

/** Allows a flagged record to be sent out. Gives whether it was flagged. */
export function allowFlagged(store: Store, id: string, now: Micros): boolean {
  return store.write(() =>
    store.run("UPDATE secret_flag SET allowed_at = ? WHERE id = ? AND allowed_at IS NULL", now, id).changes >
      0
  );
}
