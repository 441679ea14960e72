import { messageOf } from "../core/errors.ts";
import { isId } from "../core/ids.ts";
import { keyChunk } from "../core/keyspace.ts";
import { MESH, parseScopeLabel, type ScopeLabel, scopeLabel } from "../core/scope.ts";
import { parseTime } from "../core/time.ts";
import { readMeta } from "../store/meta.ts";
import { openPython } from "../store/python/database.ts";
import { PythonFileFailure } from "../store/python/failure.ts";
import { pythonFiles } from "../store/python/files.ts";
import { type InboxRow, readInbox } from "../store/python/inbox.ts";
import { IMPORT_DONE, noteSource, type SourceFact, sourceFacts } from "../store/python/sources.ts";
import { fileStamp } from "../store/python/stamp.ts";
import { ackPayload, mergeAck } from "./acks.ts";
import type { MessagingContext } from "./context.ts";
import { parseMessageKey } from "./keys.ts";

/**
 * Takes over which messages this user's sessions had acknowledged under Python's version and which ids were used up, when
 * its inbox has changed since it was last looked at. It has no bodies: what was not read comes from the mesh, and is new
 * then. Gives what the user should know. A file that cannot be read stops nothing.
 */
export function importInbox(context: MessagingContext, state: string): readonly string[] {
  const { store, clock } = context;
  const path = pythonFiles(state, undefined).inbox;
  const note = (stamp: string, coverage: SourceFact["coverage"]) =>
    noteSource(store, { path, stamp, coverage, importedAt: clock() });
  let stamp: string | undefined;
  try {
    stamp = fileStamp(path);
    if (stamp === undefined || readMeta(store, IMPORT_DONE) !== undefined) return [];
    const look = stamp;
    if (sourceFacts(store).some((fact) => fact.path === path && fact.stamp === look)) return [];
    const rows = readRows(path, state);
    store.write(() => {
      for (const row of rows ?? []) take(context, row);
      note(look, rows === undefined ? "unreadable" : "all");
    });
    return rows === undefined ? [`Cannot take over ${path}: it is not a file of Python's version.`] : [];
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) {
      return [`Cannot look at ${path}: ${messageOf(error)}.`];
    }
    if (!(error instanceof PythonFileFailure)) throw error;
    if (!error.passing && stamp !== undefined) note(stamp, "unreadable");
    return [error.message];
  }
}

function readRows(path: string, state: string): InboxRow[] | undefined {
  const database = openPython(path, state);
  try {
    return database.empty ? [] : readInbox(database)?.toArray();
  } finally {
    database.close();
  }
}

function take({ store, clock, identity }: MessagingContext, row: InboxRow): void {
  const { message, session, ackedAt, retired } = row;
  if (!isId(message)) return;
  if (retired) store.run("INSERT OR IGNORE INTO retired_message VALUES (?)", message);
  if (ackedAt === undefined || session === "" || session !== keyChunk(session)) return;
  const scope = scopeOf(row.scope);
  if (ackPayload(store, message, session, scope) !== undefined) return;
  // Python's version has told the mesh of it, if it could; from here it does not go out.
  const ack = { message, session, agent: identity.clientId, ackedAt: parseTime(ackedAt), payload: "" };
  mergeAck(store, ack, scope, clock());
}

function scopeOf(said: string | undefined): ScopeLabel {
  const read = parseScopeLabel(said ?? "") ?? parseMessageKey(said ?? "")?.scope;
  return scopeLabel(read ?? MESH);
}
