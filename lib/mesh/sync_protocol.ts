import { isId } from "../core/ids.ts";
import { isObject, isTextList, type JsonObject } from "../core/json.ts";
import {
  type Arrival,
  BUCKETS,
  type BucketSum,
  isRecordLetter,
  type RecordDigest,
  type RecordName,
} from "../store/exchange.ts";

/**
 * How our peers compare what they have (DESIGN §5). The asker sends one JSON object as the query's payload to the sync
 * key of a scope; a host answers with any number of values under that key, the last of which says how many came before it. Values are
 * JSON, and records a key, a line feed and the payload as it is.
 *
 * Versions live together in a mesh, so what one does not know it passes over: members, kinds of answers and kinds of records.
 * A question that it does not know gets no answer, and a host that nobody answers gets what the storages hold instead.
 */
export type Question =
  /** Everybody answers: `same`, or the sums of all buckets. `root` and `from` are the asker's. */
  | { readonly ask: "sums"; readonly root: string; readonly from: string }
  /** What is in these buckets, of the host `to`. */
  | { readonly ask: "digests"; readonly to: string; readonly buckets: readonly number[] }
  /** These records whole. */
  | { readonly ask: "records"; readonly to: string; readonly records: readonly RecordName[] };

/** A value that answers a question. */
export type SyncAnswer =
  | { readonly is: "same"; readonly host: string }
  | { readonly is: "sums"; readonly host: string; readonly buckets: ReadonlyMap<number, BucketSum> }
  | { readonly is: "digests"; readonly digests: readonly RecordDigest[] }
  | { readonly is: "record"; readonly record: Arrival }
  /** Of a version that knows more. */
  | { readonly is: "unknown" }
  /** The end: so many answers came before. */
  | { readonly is: "end"; readonly answers: number };

/** The most that one question asks for, and the most digests that one answer holds. */
export const MOST_BUCKETS = 256;
export const MOST_RECORDS = 256;
export const DIGESTS_A_PAGE = 1000;

/** An answer's frame may have 16 MiB, the rest is for the key. Bytes. */
export const LARGEST_ANSWER = 15 * 1024 * 1024;

const VERSION = 1;

/** Writes a question. */
export function formatQuestion(question: Question): Uint8Array {
  const body = question.ask === "records"
    ? { ...question, records: question.records.map(nameText) }
    : question;
  return new TextEncoder().encode(JSON.stringify({ v: VERSION, ...body }));
}

/** Reads a question; undefined for anything else, such as a wildcard query that happens to meet the key. */
export function parseQuestion(payload: Uint8Array): Question | undefined {
  const read = parseJson(payload);
  if (read === undefined || read.v !== VERSION) return undefined;
  const { ask, root, from, to } = read;
  if (ask === "sums") {
    return typeof root === "string" && typeof from === "string" ? { ask, root, from } : undefined;
  }
  if (typeof to !== "string") return undefined;
  if (ask === "digests" && Array.isArray(read.buckets) && read.buckets.length <= MOST_BUCKETS) {
    const buckets = read.buckets.filter(isBucket);
    return buckets.length === read.buckets.length ? { ask, to, buckets } : undefined;
  }
  if (ask === "records" && isTextList(read.records) && read.records.length <= MOST_RECORDS) {
    return { ask, to, records: read.records.flatMap((text) => parseName(text) ?? []) };
  }
  return undefined;
}

/** Writes an answer. */
export function formatAnswer(answer: SyncAnswer): string {
  switch (answer.is) {
    case "record":
      return `${answer.record.key}\n${answer.record.payload}`;
    case "sums": {
      const buckets = [...answer.buckets].map(([bucket, { count, xor }]) => [bucket, count, xor]);
      return JSON.stringify({ v: VERSION, is: "sums", host: answer.host, buckets });
    }
    case "digests": {
      const digests = answer.digests.map((one) => nameText(one) + one.hash);
      return JSON.stringify({ v: VERSION, is: "digests", digests });
    }
    default:
      return JSON.stringify({ v: VERSION, ...answer });
  }
}

/**
 * Whether answers are all that there are to a question that a host answers with an end. There may be more: somebody may
 * have put something under the key.
 */
export function isWhole(answers: readonly SyncAnswer[]): boolean {
  return answers.some((answer) => answer.is === "end" && answer.answers < answers.length);
}

/** Reads an answer; undefined for what is none. */
export function parseAnswer(payload: Uint8Array): SyncAnswer | undefined {
  // A record begins with its key, everything else with a brace.
  if (payload[0] !== BRACE) return parseRecord(payload);
  const read = parseJson(payload);
  if (read === undefined || read.v !== VERSION) return undefined;
  const { is, host, answers } = read;
  if (typeof is === "string" && !KNOWN.includes(is)) return { is: "unknown" };
  if (is === "end") return typeof answers === "number" ? { is, answers } : undefined;
  if (is === "digests" && isTextList(read.digests)) {
    return { is, digests: read.digests.flatMap((text) => parseDigest(text) ?? []) };
  }
  if (typeof host !== "string" || host === "") return undefined;
  if (is === "same") return { is, host };
  if (is !== "sums" || !Array.isArray(read.buckets)) return undefined;
  return { is, host, buckets: new Map(read.buckets.flatMap((entry) => parseSum(entry))) };
}

/** The answers in JSON that this version knows. */
const KNOWN: readonly string[] = ["same", "sums", "digests", "end"] satisfies SyncAnswer["is"][];

const BRACE = "{".charCodeAt(0);
const LINE_FEED = "\n".charCodeAt(0);

function parseRecord(payload: Uint8Array): SyncAnswer | undefined {
  const end = payload.indexOf(LINE_FEED);
  if (end < 0) return undefined;
  const key = decode(payload.subarray(0, end));
  const text = decode(payload.subarray(end + 1));
  if (key === undefined || text === undefined) return undefined;
  return { is: "record", record: { key, payload: text } };
}

function parseSum(entry: unknown): [number, BucketSum][] {
  if (!Array.isArray(entry)) return [];
  const [bucket, count, xor]: readonly unknown[] = entry;
  if (!isBucket(bucket) || typeof count !== "number" || typeof xor !== "string") return [];
  return [[bucket, { count, xor }]];
}

function nameText({ kind, id }: RecordName): string {
  return kind + id;
}

function parseName(text: string): RecordName | undefined {
  const kind = text[0];
  const id = text.slice(1);
  return isRecordLetter(kind) && isId(id) ? { kind, id } : undefined;
}

function parseDigest(text: string): RecordDigest | undefined {
  const name = parseName(text.slice(0, 33));
  const hash = text.slice(33);
  return name !== undefined && /^[0-9a-f]{16}$/.test(hash) ? { ...name, hash } : undefined;
}

function isBucket(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < BUCKETS;
}

function parseJson(payload: Uint8Array): JsonObject | undefined {
  try {
    const read: unknown = JSON.parse(decode(payload) ?? "");
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
