import { sha256 } from "../../core/digest.ts";
import { type Scope, type ScopeLabel, scopeLabel } from "../../core/scope.ts";
import { enqueue } from "../../store/outbox.ts";
import { isAtHome, keepRecordAtHome } from "../at_home.ts";
import type { MemoryContext } from "../context.ts";
import { deriveSummary } from "../derive.ts";
import { isStored, tombstonesOf } from "../known.ts";
import { newRecordId, signObservation } from "../judgement.ts";
import { formatObservation, type Observation } from "../observation.ts";
import { findRecord, mergeObservation } from "../records.ts";
import { type Editable, editable } from "../editable.ts";
import { isShared } from "../../core/shared.ts";
import { supersededBy } from "../supersede.ts";
import { liveWithReference } from "./earlier.ts";
import { type ExportedEntry, LONGEST_CONTENT, type Note, type NoteEntry, referenceOf } from "./entry.ts";
import type { Taking } from "./take_record.ts";
import { secretIn, type Tally } from "./tally.ts";

/** How often a note may come back to an earlier state of its own and still be told from others. */
const MOST_RETURNS = 100;

/**
 * Takes a note of another program as a memory, in the caller's transaction. Its id follows from host, source and content, so
 * that the same file adds nothing a second time. One that has changed takes the place of what was taken before; what was
 * changed, replaced or deleted here stays as it is here.
 */
export function takeNote(
  context: MemoryContext,
  { where, note }: NoteEntry,
  scope: Scope,
  taking: Taking,
  tally: Tally,
): void {
  const live = liveWithReference(context, referenceOf(note), scope);
  if (live.some((memory) => isSameNote(memory, note))) {
    tally.known++;
    return;
  }
  const { pcId } = context.identity;
  const own = live.filter((memory) =>
    memory.author.pcId === pcId && memory.sourceFiles.includes(note.source)
  );
  const digest = (n: number) => noteDigest(pcId, scope, referenceOf(note), note.source, note, n);
  const { made, returned } = freshId(context, scope, digest);
  // It was taken before and is not live: here somebody deleted it, or put something else in its place.
  if (own.some((memory) => !isUntouched(context, memory)) || (returned && own.length === 0)) {
    tally.kept++;
    return;
  }
  const fields: Editable = {
    content: note.content,
    subject: note.subject,
    summary: deriveSummary(note.content),
    project: note.project,
    tags: note.tags,
    memoryType: note.memoryType,
    importance: 2,
    sourceFiles: [note.source],
    references: [referenceOf(note), ...note.references],
    expiresAt: undefined,
  };
  const supersedes = own.flatMap((memory) => [...memory.supersedes, memory.id]);
  save(context, { made, scope, fields, supersedes, createdAt: note.createdAt, where }, taking, tally);
}

/**
 * Takes a memory that was exported as Markdown and does not stand there to the byte any more, in the caller's transaction:
 * edited, it takes the place of the one that was exported.
 */
export function takeExported(
  context: MemoryContext,
  entry: ExportedEntry,
  taking: Taking,
  tally: Tally,
): void {
  const { id: oldId, scope, fields, where } = entry;
  if (!context.settings.readable.includes(scopeLabel(scope))) {
    tally.otherScopes++;
    return;
  }
  const label = scopeLabel(scope);
  const currentId = standsFor(context, oldId, scope);
  const current = findRecord(context.store, currentId, scope);
  if (current?.state === "live" && isSame(editable(current.observation), fields)) {
    tally.known++;
    return;
  }
  const digest = (n: number) => exportedDigest(label, oldId, fields, n);
  const { made, returned } = freshId(context, scope, digest);
  const taken = current !== undefined && isTaken(context, oldId, current.observation);
  const untouched = current === undefined
    ? !returned && !tombstonesOf(context.store, oldId).has(label)
    : current.state === "live" && (currentId === oldId || taken);
  if (!untouched) {
    tally.kept++;
    return;
  }
  const replaced = current === undefined ? entry.supersedes : [...current.observation.supersedes, currentId];
  const createdAt = current === undefined ? entry.createdAt : undefined;
  const supersedes = [...new Set([...replaced, oldId])];
  save(context, { made, scope, fields, supersedes, createdAt, where }, taking, tally);
}

/** What a memory has become by now: the end of what superseded it, else itself. */
function standsFor({ store, clock }: MemoryContext, id: string, scope: Scope): string {
  const now = clock();
  let at = id;
  for (const seen = new Set<string>(); !seen.has(at);) {
    seen.add(at);
    at = supersededBy(store, at, scope, now)[0] ?? at;
  }
  return at;
}

function exportedDigest(scope: ScopeLabel, oldId: string, fields: Editable, n: number): string {
  return digestOf(["exported", scope, oldId, JSON.stringify({ ...editable(fields) }), String(n)]);
}

// Whether this is what an earlier version of the file said, and nobody has changed it since.
function isTaken(context: MemoryContext, oldId: string, memory: Observation): boolean {
  const label = scopeLabel(memory.scope);
  return isMadeOf(context, memory, (n) => exportedDigest(label, oldId, memory, n));
}

/** A memory that is to be saved under an id that was worked out. */
interface Fresh {
  readonly made: MadeId;
  readonly scope: Scope;
  readonly fields: Editable;
  readonly supersedes: readonly string[];
  readonly createdAt: number | undefined;
  readonly where: string;
}

function save(context: MemoryContext, fresh: Fresh, taking: Taking, tally: Tally): void {
  const { store, settings, identity } = context;
  const { made: { id, nonce }, scope, fields, supersedes, where } = fresh;
  if (fields.content.trim() === "" || fields.content.length > LONGEST_CONTENT) {
    const reason = fields.content.trim() === ""
      ? "it is empty"
      : `it is longer than ${LONGEST_CONTENT} characters`;
    tally.problems.push({ where, kind: "unreadable", reason });
    return;
  }
  const secret = taking.allowSecret ? undefined : secretIn(fields);
  if (secret !== undefined) {
    tally.problems.push({ where, kind: "refused", reason: secret });
    return;
  }
  tally.added++;
  if (supersedes.length > 0) tally.replacing++;
  if (taking.dryRun) return;
  const now = context.clock();
  const all = {
    ...fields,
    id,
    scope,
    supersedes,
    author: identity,
    createdAt: Math.min(now, fresh.createdAt ?? now),
  };
  const unsigned = { ...all, purgedAt: undefined, payload: formatObservation(all) };
  const { record, verdict } = signObservation(context, unsigned, nonce, now);
  mergeObservation(store, record, now, undefined, verdict);
  const label = scopeLabel(scope);
  if (supersedes.some((old) => isAtHome(store, old, label))) keepRecordAtHome(store, id, label);
  else if (isShared(settings)) enqueue(store, "observation", id, label, now);
}

/** An id that follows from what a record says, and what proves that this host made it, where it signs. */
type MadeId = ReturnType<typeof newRecordId>;

// The id that this host makes out of a digest, as it otherwise does of random bytes.
function madeOf(context: Pick<MemoryContext, "signer">, scope: Scope, digest: string): MadeId {
  const bytes = Uint8Array.from(digest.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  return newRecordId({ signer: context.signer, random: (length) => bytes.slice(0, length) }, scope);
}

// The ids that a record can have that was made of a digest: this host may have begun to sign since.
function idsOf(context: MemoryContext, scope: Scope, digest: string): string[] {
  return [madeOf(context, scope, digest).id, madeOf({ signer: undefined }, scope, digest).id];
}

// The first id that is not in use. One that is says that this very text was here before.
function freshId(
  context: MemoryContext,
  scope: Scope,
  digest: (n: number) => string,
): { made: MadeId; returned: boolean } {
  const { store } = context;
  const isUsed = (id: string) => isStored(store, id, scope) || tombstonesOf(store, id).has(scopeLabel(scope));
  let n = 0;
  while (n < MOST_RETURNS && idsOf(context, scope, digest(n)).some(isUsed)) n++;
  return { made: madeOf(context, scope, digest(n)), returned: n > 0 };
}

// A memory that was changed by hand has an id that does not follow from what it says.
function isUntouched(context: MemoryContext, memory: Observation): boolean {
  const { author: { pcId }, scope, references: [reference = ""], sourceFiles: [source = ""] } = memory;
  return isMadeOf(context, memory, (n) => noteDigest(pcId, scope, reference, source, memory, n));
}

function isMadeOf(
  context: MemoryContext,
  { id, scope }: Observation,
  digest: (n: number) => string,
): boolean {
  for (let n = 0; n <= MOST_RETURNS; n++) if (idsOf(context, scope, digest(n)).includes(id)) return true;
  return false;
}

function noteDigest(
  pcId: string,
  scope: Scope,
  reference: string,
  source: string,
  { subject, content, tags }: Pick<Note, "subject" | "content" | "tags">,
  n: number,
): string {
  const label = scopeLabel(scope);
  return digestOf([
    "note",
    pcId,
    label,
    reference,
    source,
    subject,
    content,
    JSON.stringify(tags),
    String(n),
  ]);
}

// It follows from the texts alone.
function digestOf(texts: readonly string[]): string {
  return sha256(JSON.stringify(texts));
}

function isSameNote(memory: Observation, { subject, content, tags }: Note): boolean {
  return memory.subject === subject && memory.content === content &&
    JSON.stringify(memory.tags) === JSON.stringify(tags);
}

function isSame(one: Editable, other: Editable): boolean {
  return JSON.stringify(one) === JSON.stringify({ ...one, ...other });
}
