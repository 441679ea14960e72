import type { Scope } from "../../core/scope.ts";
import type { MemoryContext } from "../context.ts";
import { inBulk } from "../search/bulk.ts";
import { requireOwnMode } from "../../core/shared.ts";
import type { Entry } from "./entry.ts";
import { takeExported, takeNote } from "./take_note.ts";
import { takeRecord, type Taking } from "./take_record.ts";
import { add, emptyTally, type Tally } from "./tally.ts";

// What one transaction takes at the most: other processes get their turn, and the write lock is short.
const BATCH = 500;
const BATCH_CHARACTERS = 2_000_000;

/** Where notes go, and how entries are taken. */
export interface Intake extends Taking {
  /** The scope of notes of other programs. */
  readonly scope: Scope;
}

/**
 * Takes the entries of a file called `file`, batch by batch, counts them in `tally` and calls `after` when a batch is on the
 * disk. An entry that cannot be taken is counted with its reason and stops nothing. With `dryRun` it only counts: an entry
 * that comes twice in the file is counted twice then.
 */
export function takeEntries(
  context: MemoryContext,
  entries: Iterable<Entry>,
  file: string,
  intake: Intake,
  tally: Tally,
  after: () => void,
): void {
  if (!intake.dryRun) requireOwnMode(context.settings, "import");
  const taken = batches(entries);
  const first = taken.next();
  // A file of nothing is no reason to prepare the database for much.
  if (first.done) return;
  const work = () => {
    for (let next: IteratorResult<Entry[], void> = first; !next.done; next = taken.next()) {
      const batch = next.value;
      // A transaction may be run again, so each run counts for itself.
      const takeAll = () => {
        const part = emptyTally();
        for (const entry of batch) take(context, entry, file, intake, part);
        return part;
      };
      add(tally, intake.dryRun ? takeAll() : context.store.write(takeAll));
      after();
    }
  };
  if (intake.dryRun) work();
  else inBulk(context.store, work);
}

function take(context: MemoryContext, entry: Entry, file: string, intake: Intake, tally: Tally): void {
  if (entry.kind === "unreadable") {
    tally.problems.push({ where: entry.where, kind: "unreadable", reason: entry.reason });
  } else if (entry.kind === "record") takeRecord(context, entry, file, intake, tally);
  else if (entry.kind === "note") takeNote(context, entry, intake.scope, intake, tally);
  // What nobody has edited says nothing new about a record that is here.
  else if (entry.record !== undefined) takeRecord(context, entry.record, file, intake, tally);
  else takeExported(context, entry, intake, tally);
}

function* batches(entries: Iterable<Entry>): Generator<Entry[], void> {
  let batch: Entry[] = [];
  let characters = 0;
  for (const entry of entries) {
    batch.push(entry);
    characters += sizeOf(entry);
    if (batch.length < BATCH && characters < BATCH_CHARACTERS) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

function sizeOf(entry: Entry): number {
  if (entry.kind === "record") return entry.payload.length;
  if (entry.kind === "note") return entry.note.content.length;
  return entry.kind === "exported" ? entry.fields.content.length : 0;
}
