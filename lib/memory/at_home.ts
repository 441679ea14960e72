import type { ScopeLabel } from "../core/scope.ts";
import type { Store } from "../store/store.ts";

/**
 * Keeps every record to this host that does not wait to go out: what reconciling would otherwise publish, although nobody
 * chose to share it. To be called when a host joins a mesh, after what was chosen is in the outbox (DESIGN §5). A record
 * that the mesh turns out to have is no longer kept.
 */
export function keepAtHome(store: Store): void {
  store.write(() => {
    for (const [kind, table] of [["observation", "observation"], ["tombstone", "tombstone"]] as const) {
      store.run(
        `INSERT OR IGNORE INTO at_home (id, scope) SELECT r.id, r.scope FROM ${table} r WHERE NOT EXISTS
          (SELECT 1 FROM outbox x WHERE x.kind = ? AND x.id = r.id AND x.scope = r.scope)`,
        kind,
      );
    }
  });
}

/** The mesh has a record of that id, so it is not kept to this host any more. In the caller's transaction. */
export function noLongerAtHome(store: Store, id: string, scope: ScopeLabel): void {
  store.run("DELETE FROM at_home WHERE id = ? AND scope = ?", id, scope);
}

/** Whether a record is kept to this host. */
export function isAtHome(store: Store, id: string, scope: ScopeLabel): boolean {
  return store.get("SELECT 1 FROM at_home WHERE id = ? AND scope = ?", [id, scope], () => true) ?? false;
}

/** Keeps one record to this host, in the caller's transaction: a copy of one that is kept. */
export function keepRecordAtHome(store: Store, id: string, scope: ScopeLabel): void {
  store.run("INSERT OR IGNORE INTO at_home VALUES (?, ?)", id, scope);
}
