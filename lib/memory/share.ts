import type { Micros } from "../core/clock.ts";
import { number, text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { STATE } from "./records.ts";
import type { Count } from "./stats.ts";

/** What is to be shared of the records that are kept to this host: all of them, or those of these projects. */
export type Shared = "all" | readonly string[];

/** How many memories are kept to this host, by project, most first. */
export function keptByProject(store: Store): Count[] {
  return store.all(
    `SELECT o.project, count(*) AS n FROM at_home h JOIN observation o ON o.id = h.id AND o.scope = h.scope
      WHERE o.state = ${STATE.live} GROUP BY o.project ORDER BY n DESC, o.project`,
    [],
    (row) => ({ name: text(row, "project"), count: number(row, "n") }),
  );
}

/** How many memories there are, by project, most first. */
export function storedByProject(store: Store): Count[] {
  return store.all(
    `SELECT project, count(*) AS n FROM observation WHERE state = ${STATE.live} GROUP BY project ORDER BY n DESC, project`,
    [],
    (row) => ({ name: text(row, "project"), count: number(row, "n") }),
  );
}

/**
 * Puts what was kept to this host into the outbox, tombstones with it, and ends keeping it. Gives how many records that
 * were. Shadowed records were lost sight of by the Python version and stay.
 */
export function share(store: Store, shared: Shared, now: Micros): number {
  const projects = shared === "all" ? "" : `AND o.project IN (${shared.map(() => "?").join(", ")})`;
  const values = shared === "all" ? [] : shared;
  const chosen = `FROM at_home h JOIN observation o ON o.id = h.id AND o.scope = h.scope
    WHERE o.state <> ${STATE.shadowed} ${projects}`;
  const deleted = `FROM at_home h JOIN tombstone t ON t.id = h.id AND t.scope = h.scope
    LEFT JOIN observation o ON o.id = h.id AND o.scope = h.scope WHERE 1 ${projects}`;
  const into = "INSERT OR IGNORE INTO outbox (kind, id, scope, queued_at) SELECT";
  return store.write(() => {
    const { changes } = store.run(`${into} 'observation', h.id, h.scope, ? ${chosen}`, now, ...values);
    store.run(`${into} 'tombstone', h.id, h.scope, ? ${deleted}`, now, ...values);
    store.run(`DELETE FROM at_home WHERE EXISTS
      (SELECT 1 FROM outbox x WHERE x.id = at_home.id AND x.scope = at_home.scope)`);
    return changes;
  });
}
