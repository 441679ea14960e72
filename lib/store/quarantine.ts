import type { Micros } from "../core/clock.ts";
import { sha256 } from "../core/digest.ts";
import { readMeta, writeMeta } from "./meta.ts";
import { number, type Row, text } from "./row.ts";
import type { Store } from "./store.ts";

/** A record that was kept aside. */
export interface Quarantined {
  readonly key: string;
  readonly reason: string;
  readonly seenAt: Micros;
  /** What came; its size and digest when that was let go. */
  readonly payload: string;
  /** SHA-256 of what came, for one whose payload was let go; no need to give it for another. */
  readonly digest?: string;
}

/** How much is kept aside at the most. */
export interface QuarantineBounds {
  /** Records with their payload. */
  readonly payloads: number;
  /** UTF-8 bytes of these payloads. */
  readonly bytes: number;
  /** Records with or without it. */
  readonly records: number;
}

/** How much has gone for lack of room. */
export interface QuarantineLoss {
  /** How many payloads only the size and digest were kept of. */
  readonly letGo: number;
  /** How many records are no longer listed, only counted. */
  readonly forgotten: number;
}

/**
 * The reason why the payload that gave way is kept, or how that begins. It is someone's text, so it stays longer than what is
 * malformed.
 */
export const CONFLICT = "another payload of this record is live";

// Whoever may put into the mesh could fill the disk otherwise. Measured: a flood of 120,000 records of 6 KB with the
// longest keys leaves a database of 154 MiB.
const BOUNDS: QuarantineBounds = { payloads: 10_000, bytes: 64 * 1024 * 1024, records: 25_000 };

// A payload up to this long is not worth letting go: its size and digest are about as long. UTF-8 bytes.
const SMALL = 128;

// More of a key or reason is not kept. A key's begin and end say whose record it is; ours are shorter. UTF-16 units.
const LONGEST_KEY = 512;
const LONGEST_REASON = 256;

// What is made room for at once, as a part of the bound, so that a flood does not read the whole table for every record.
// Measured: 0.2 ms a record in a flood, 0.25 s for the longest transaction of 64; with 1/32 0.4 ms, and as long.
const ROOM = 1 / 8;

const TALLY = "quarantine";

interface Tally extends QuarantineBounds, QuarantineLoss {}

/**
 * Keeps aside what cannot be live, with the reason. The same bytes under the same key are kept once. When there is no more
 * room, the oldest payloads give way to their size and digest, then the oldest records to their number; conflicts last.
 */
export function quarantine(store: Store, record: Quarantined, bounds: QuarantineBounds = BOUNDS): void {
  store.write(() => {
    const before = readTally(store);
    const { payload } = record;
    const isLetGo = record.digest !== undefined && letGoForm(record.digest).test(payload);
    const { changes } = store.run(
      "INSERT OR IGNORE INTO quarantine (key, digest, reason, seen_at, payload) VALUES (?, ?, ?, ?, ?)",
      shortKey(record.key),
      isLetGo && record.digest !== undefined ? record.digest : sha256(payload),
      record.reason.slice(0, LONGEST_REASON).toWellFormed(),
      record.seenAt,
      payload,
    );
    if (changes === 0) return;
    const bytes = new TextEncoder().encode(payload).length;
    const after = {
      ...before,
      records: before.records + 1,
      payloads: before.payloads + (bytes > SMALL ? 1 : 0),
      bytes: before.bytes + (bytes > SMALL ? bytes : 0),
      letGo: before.letGo + (isLetGo ? 1 : 0),
    };
    writeTally(store, within(after, bounds) ? after : makeRoom(store, after, bounds));
  });
}

/**
 * Drops what is kept aside under keys that begin so and end with the id: that record was erased on purpose. What has `sparing` in
 * its reason stays.
 */
export function dropQuarantined(store: Store, begin: string, id: string, sparing?: string): void {
  store.run(
    "DELETE FROM quarantine WHERE substr(key, 1, ?) = ? AND substr(key, -32) = ? AND instr(reason, ?) = 0",
    begin.length,
    begin,
    id,
    // No reason has a NUL.
    sparing ?? "\0",
  );
}

/** Whether these very bytes are kept aside under that key for a reason that begins so. */
export function isQuarantined(store: Store, key: string, payload: string, reason: string): boolean {
  const sql = `SELECT 1 FROM quarantine WHERE key = ? AND digest = ? AND payload = ?
    AND substr(reason, 1, ?) = ?`;
  const values = [shortKey(key), sha256(payload), payload, reason.length, reason];
  return store.get(sql, values, () => true) ?? false;
}

/** How many records were kept aside, those included that are no longer listed for lack of room. */
export function quarantineCount(store: Store): number {
  const listed = store.get("SELECT count(*) AS n FROM quarantine", [], (row) => number(row, "n")) ?? 0;
  return listed + quarantineLoss(store).forgotten;
}

/** What of the quarantine has gone for lack of room. */
export function quarantineLoss(store: Store): QuarantineLoss {
  const { letGo, forgotten } = parseTally(readMeta(store, TALLY)) ?? NOTHING;
  return { letGo, forgotten };
}

/** What is kept aside, newest first. */
export function listQuarantine(store: Store, limit: number): QuarantineEntry[] {
  return store.all(`${SELECT} ORDER BY seen_at DESC, row DESC LIMIT ?`, [limit], readEntry);
}

/** What of it has a digest, or an id in its key, that begins so. */
export function findQuarantined(store: Store, prefix: string, limit: number): QuarantineEntry[] {
  const sql = `${SELECT} WHERE substr(digest, 1, ?1) = ?2 OR substr(substr(key, -32), 1, ?1) = ?2
    ORDER BY seen_at DESC, row DESC LIMIT ?3`;
  return store.all(sql, [prefix.length, prefix, limit], readEntry);
}

/** A record that is kept aside. */
export interface QuarantineEntry extends Quarantined {
  /** SHA-256 of what came. */
  readonly digest: string;
}

const SELECT = "SELECT key, digest, reason, seen_at, payload FROM quarantine";

function readEntry(row: Row): QuarantineEntry {
  return {
    key: text(row, "key"),
    digest: text(row, "digest"),
    reason: text(row, "reason"),
    seenAt: number(row, "seen_at"),
    payload: text(row, "payload"),
  };
}

/** What was kept aside after `after` of keys that are `begin` and an id, oldest first. */
export function quarantinedUnder(store: Store, begin: string, after: Micros, limit: number): Quarantined[] {
  const sql =
    `${SELECT} WHERE key >= ?1 || '0' AND key < ?1 || 'g' AND seen_at > ?2 ORDER BY seen_at, row LIMIT ?3`;
  return store.all(sql, [begin, after, limit], readEntry);
}

const NOTHING: Tally = { records: 0, payloads: 0, bytes: 0, letGo: 0, forgotten: 0 };

function letGoForm(digest: string): RegExp {
  return new RegExp(`^\\d+ bytes, SHA-256 ${digest.replaceAll(/[^0-9a-f]/g, "")}$`);
}

// Its begin and its end stay, by which `dropQuarantined` finds it.
function shortKey(key: string): string {
  if (key.length <= LONGEST_KEY) return key;
  const begin = key.slice(0, LONGEST_KEY / 2).toWellFormed();
  return `${begin}… (${key.length} characters, SHA-256 ${sha256(key)}) …${key.slice(-32).toWellFormed()}`;
}

function within({ records, payloads, bytes }: Tally, bounds: QuarantineBounds): boolean {
  return records <= bounds.records && payloads <= bounds.payloads && bytes <= bounds.bytes;
}

// One pass for many records: some more is let go than has to be. Conflicts come last, then the oldest first.
function makeRoom(store: Store, { letGo, forgotten }: Tally, bounds: QuarantineBounds): Tally {
  const now = count(store);
  let { payloads, bytes, records } = now;
  if (!within({ ...now, letGo, forgotten, records: 0 }, bounds)) {
    const order = `SELECT row, octet_length(payload) AS bytes FROM quarantine
      WHERE octet_length(payload) > ${SMALL} ORDER BY substr(reason, 1, ${CONFLICT.length}) = ?, row`;
    const rows = store.all(order, [CONFLICT], (row) => ({
      row: number(row, "row"),
      bytes: number(row, "bytes"),
    }));
    for (const one of rows) {
      if (payloads <= bounds.payloads * (1 - ROOM) && bytes <= bounds.bytes * (1 - ROOM)) break;
      store.run(
        "UPDATE quarantine SET payload = octet_length(payload) || ' bytes, SHA-256 ' || digest WHERE row = ?",
        one.row,
      );
      payloads--;
      bytes -= one.bytes;
      letGo++;
    }
  }
  if (records > bounds.records) {
    const { changes } = store.run(
      `DELETE FROM quarantine WHERE row IN (
        SELECT row FROM quarantine WHERE octet_length(payload) <= ${SMALL} ORDER BY substr(reason, 1, ${CONFLICT.length}) = ?, row LIMIT ?)`,
      CONFLICT,
      Math.ceil(records - bounds.records * (1 - ROOM)),
    );
    records -= changes;
    forgotten += changes;
  }
  return { records, payloads, bytes, letGo, forgotten };
}

function count(store: Store): QuarantineBounds {
  const sql =
    `SELECT count(*) AS records, count(*) FILTER (WHERE octet_length(payload) > ${SMALL}) AS payloads,
    coalesce(sum(octet_length(payload)) FILTER (WHERE octet_length(payload) > ${SMALL}), 0) AS bytes FROM quarantine`;
  const found = store.get(sql, [], (row) => ({
    records: number(row, "records"),
    payloads: number(row, "payloads"),
    bytes: number(row, "bytes"),
  }));
  return found ?? NOTHING;
}

// Never too small: what `dropQuarantined` drops is noticed when room is made.
function readTally(store: Store): Tally {
  return parseTally(readMeta(store, TALLY)) ?? { ...NOTHING, ...count(store) };
}

function parseTally(written: string | undefined): Tally | undefined {
  const [records, payloads, bytes, letGo, forgotten] = written?.split(" ").map(Number) ?? [];
  if (
    records === undefined || payloads === undefined || bytes === undefined || letGo === undefined ||
    forgotten === undefined
  ) {
    return undefined;
  }
  return { records, payloads, bytes, letGo, forgotten };
}

function writeTally(store: Store, { records, payloads, bytes, letGo, forgotten }: Tally): void {
  writeMeta(store, TALLY, [records, payloads, bytes, letGo, forgotten].join(" "));
}
