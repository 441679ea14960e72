import { join } from "node:path";
import type { Micros } from "../core/clock.ts";
import { fillFreshFolder } from "../core/fresh_folder.ts";
import { HOST_ID_FILE } from "../core/host_id.ts";
import { isObject } from "../core/json.ts";
import { pythonFiles } from "../store/python/files.ts";
import { type RawFile, writeRaw } from "../store/python/raw_file.ts";
import { number, text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import type { MemoryContext } from "./context.ts";
import { STATE } from "./records.ts";
import { formatTombstone } from "./tombstone.ts";

/** What was written for Python's version. */
export interface ExportedToPython {
  /** Memories, deleted ones whose text is kept included. */
  readonly memories: number;
  readonly deletions: number;
  /** Records whose id is written from another scope: that file knows an id once. */
  readonly leftOut: number;
}

// See lib/memory/export.ts.
const PAGE = 500;

/**
 * Makes `folder` a state folder that Python's version 1.2.0 reads in its local mode: raw.db with the payloads byte for
 * byte, and this host's id. Stubs of what was erased are left out, since they would show there as empty memories, and so
 * are records that Python's version had lost sight of. Throws a Failure when the folder holds anything already, or cannot
 * be written; it is as it was before then.
 */
export function exportToPython({ store, identity, clock }: MemoryContext, folder: string): ExportedToPython {
  const { raw } = pythonFiles(folder, undefined);
  return fillFreshFolder(folder, "export to", () => {
    Deno.writeTextFileSync(join(folder, HOST_ID_FILE), `${identity.pcId}\n`, { mode: 0o600 });
    return writeRaw(raw, clock(), (file) => fill(store, file));
  });
}

function fill(store: Store, file: RawFile): ExportedToPython {
  // What is live comes first, so that it is what an id means.
  const live = addObservations(store, file, STATE.live);
  const deleted = addObservations(store, file, STATE.tombstoned);
  const gone = addTombstones(store, file);
  return {
    memories: live.added + deleted.added,
    deletions: gone.added,
    leftOut: live.leftOut + deleted.leftOut + gone.leftOut,
  };
}

/** Counts of one kind of record. */
interface Added {
  readonly added: number;
  readonly leftOut: number;
}

function addObservations(store: Store, file: RawFile, state: number): Added {
  const sql = `SELECT row, id, payload, created_at FROM observation
    WHERE row > ? AND state = ? ORDER BY row LIMIT ${PAGE}`;
  let added = 0;
  let leftOut = 0;
  for (let after = 0;;) {
    const page = store.all(sql, [after, state], (row) => ({
      row: number(row, "row"),
      id: text(row, "id"),
      payload: text(row, "payload"),
      createdAt: number(row, "created_at"),
    }));
    for (const { id, payload, createdAt } of page) {
      if (file.addObservation(id, payload, createdAt)) added++;
      else leftOut++;
    }
    const last = page.at(-1);
    if (last === undefined) return { added, leftOut };
    after = last.row;
  }
}

// A tombstone hides an id in that file wherever it is, so one whose id is live in another scope stays away.
function addTombstones(store: Store, file: RawFile): Added {
  const sql = `SELECT id, scope, payload, deleted_at, EXISTS
      (SELECT 1 FROM observation o WHERE o.id = t.id AND o.state = ${STATE.live}) AS lives
    FROM tombstone t WHERE (id, scope) > (?, ?) ORDER BY id, scope LIMIT ${PAGE}`;
  let added = 0;
  let leftOut = 0;
  for (let after = { id: "", scope: "" };;) {
    const page = store.all(sql, [after.id, after.scope], (row) => ({
      id: text(row, "id"),
      scope: text(row, "scope"),
      payload: text(row, "payload"),
      deletedAt: number(row, "deleted_at"),
      lives: number(row, "lives") === 1,
    }));
    for (const { id, payload, deletedAt, lives } of page) {
      if (!lives && file.addTombstone(id, readable(id, payload, deletedAt), deletedAt)) added++;
      else leftOut++;
    }
    const last = page.at(-1);
    if (last === undefined) return { added, leftOut };
    after = last;
  }
}

// Python's version takes a tombstone's id from its text alone, so one without would bring the memory back.
function readable(id: string, payload: string, deletedAt: Micros): string {
  const members: unknown = JSON.parse(payload);
  return isObject(members) && members.observation_id === id
    ? payload
    : formatTombstone(id, "", deletedAt).payload;
}
