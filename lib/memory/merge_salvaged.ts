import type { Micros } from "../core/clock.ts";
import { type Authorship, recordKey } from "../core/keyspace.ts";
import { type Scope, scopeLabel } from "../core/scope.ts";
import { enqueue } from "../store/outbox.ts";
import type { Store } from "../store/store.ts";
import { isMalformed, type Malformed, type Observation, parseObservation } from "./observation.ts";
import { quarantine } from "../store/quarantine.ts";
import { findRecord, mergeObservation, mergeTombstone, STATE } from "./records.ts";
import type { SalvagedObservation, SalvagedRow, SalvagedTombstone } from "./salvaged.ts";
import { formatTombstone, parseTombstone } from "./tombstone.ts";

const UNKNOWN: Authorship = { agentFamily: "", clientId: "", pcId: "", sessionId: "" };

/** Puts the rows of a damaged database into a fresh one, so that the set of records is the same as before. */
export class SalvageMerge {
  readonly #authors = new Map<number, Authorship>();
  /** Records that the old database had said to have, and that have not been found. */
  readonly #missing = new Map<string, { readonly id: string; readonly scope: Scope }>();
  readonly #deleted: SalvagedObservation[] = [];

  constructor(readonly store: Store, readonly now: Micros) {}

  /** Takes note of an author; all of them have to be known before the first `add`. */
  addAuthor(author: number, names: Authorship): void {
    this.#authors.set(author, names);
  }

  /** Adds a row, in the caller's transaction. */
  add(row: SalvagedRow): void {
    if (row.table === "observation") this.#addObservation(row);
    else if (row.table === "tombstone") this.#addTombstone(row);
    else if (row.table === "quarantine") quarantine(this.store, row.record);
    else if (row.table === "secret_flag") {
      this.store.run("INSERT OR IGNORE INTO secret_flag VALUES (?, ?, ?, ?, ?)", ...row.values);
    } else if (row.table === "outbox") {
      enqueue(this.store, row.kind, row.id, scopeLabel(row.scope), row.queuedAt);
    } else if (row.table === "at_home") {
      this.store.run("INSERT OR IGNORE INTO at_home VALUES (?, ?)", row.id, scopeLabel(row.scope));
    } else if (row.table === "ids") this.#missing.set(nameOf(row.id, row.scope), row);
  }

  /**
   * Adds a row from a page that the database no longer used; the pages in use come first. What such a page holds is old,
   * so of observations only those count that are missing: the list of free pages may be damaged too.
   */
  addFree(row: SalvagedRow): void {
    if (row.table === "tombstone" || row.table === "secret_flag") this.add(row);
    if (row.table !== "observation" || !this.#missing.has(nameOf(row.id, row.scope))) return;
    if (findRecord(this.store, row.id, row.scope) === undefined) this.#addObservation(row);
  }

  /** Ends the merge, in the caller's transaction. Gives the ids of records that were there and could not be read. */
  finish(): string[] {
    // A record that was deleted stays so, even when its tombstone is among what could not be read.
    for (const { id, scope } of this.#deleted) {
      if (this.#isDeleted(id, scope)) continue;
      const author = findRecord(this.store, id, scope)?.observation.author ?? UNKNOWN;
      mergeTombstone(this.store, formatTombstone(id, "salvaged", this.now), scope, author);
    }
    const lost = [...this.#missing.values()].filter(({ id, scope }) =>
      findRecord(this.store, id, scope) === undefined && !this.#isDeleted(id, scope)
    );
    return lost.map(({ id }) => id).sort();
  }

  #addObservation(row: SalvagedObservation): void {
    const observation = row.sound ? this.#read(row) : { reason: "its bytes are no text" };
    if (isMalformed(observation)) {
      quarantine(this.store, {
        key: recordKey("obs", row.scope, this.#authors.get(row.author) ?? UNKNOWN, row.id),
        reason: `the database was damaged: ${observation.reason}`,
        seenAt: this.now,
        payload: row.payload,
      });
      return;
    }
    mergeObservation(this.store, observation, this.now, row.shadowedAt);
    if (row.state === STATE.tombstoned) this.#deleted.push({ ...row, id: observation.id, payload: "" });
  }

  // What was live agreed with its key, so a payload that does not now says better who wrote it.
  #read({ id, scope, author, payload }: SalvagedObservation): Observation | Malformed {
    const read = parseObservation(payload, { scope, id, author: this.#authors.get(author) });
    if (!isMalformed(read)) return read;
    const alone = parseObservation(payload, { scope, id: undefined, author: undefined });
    return isMalformed(alone) ? read : alone;
  }

  #addTombstone({ id, scope, author, payload }: SalvagedTombstone): void {
    const read = parseTombstone(payload, id);
    // That it exists is the signal, so a text that was damaged is written anew.
    const tombstone = isMalformed(read) ? formatTombstone(id, "salvaged", this.now) : read;
    const names = this.#authors.get(author) ?? findRecord(this.store, id, scope)?.observation.author ??
      UNKNOWN;
    mergeTombstone(this.store, tombstone, scope, names);
  }

  #isDeleted(id: string, scope: Scope): boolean {
    const sql = "SELECT 1 FROM tombstone WHERE id = ? AND scope = ?";
    return this.store.get(sql, [id, scopeLabel(scope)], () => true) ?? false;
  }
}

function nameOf(id: string, scope: Scope): string {
  return `${scopeLabel(scope)}/${id}`;
}
