import { isId } from "./ids.ts";
import { isSlug, MESH, type Scope, scopeLabel } from "./scope.ts";

/** What a key under `mem/` holds. */
export type RecordKind = "obs" | "tomb";

/** The four chunks of a key that say who wrote the observation. */
export interface Authorship {
  readonly agentFamily: string;
  readonly clientId: string;
  readonly pcId: string;
  readonly sessionId: string;
}

/** A key under `mem/`, read. `scope` is undefined for the oldest keys, which have no tier (`mem/obs/…`). */
export interface RecordKey extends Authorship {
  readonly kind: RecordKind;
  readonly scope: Scope | undefined;
  readonly id: string;
}

// deno-lint-ignore no-control-regex -- control characters are what is looked for
const UNSAFE = /[/*?$#\u0000-\u001f\u007f]/g;

/**
 * One chunk of a key from a text that may hold anything: what Zenoh gives a meaning to becomes `-`, as Python's version
 * does for its default client id (compat data §1.1), a leading `@` too (it would hide the key from `**`), and nothing
 * becomes `unknown`.
 */
export function keyChunk(text: string): string {
  const safe = text.toWellFormed().trim().replaceAll(UNSAFE, "-").replace(/^@/, "-");
  return safe === "" ? "unknown" : safe;
}

/** The key of an observation or of its tombstone (compat data §1.1): both carry the identity of the observation. */
export function recordKey(kind: RecordKind, scope: Scope, author: Authorship, id: string): string {
  const chunks = [author.agentFamily, author.clientId, author.pcId, author.sessionId].map(keyChunk);
  return ["mem", scopeLabel(scope), kind, ...chunks, id].join("/");
}

/** Reads a key under `mem/`; undefined for anything that is not canonical (compat data §1.1). */
export function parseRecordKey(key: string): RecordKey | undefined {
  const chunks = key.split("/");
  if (chunks[0] !== "mem") return undefined;
  const head = readTier(chunks);
  if (head === undefined) return undefined;
  const [kind, agentFamily, clientId, pcId, sessionId, id, ...rest] = chunks.slice(head.marker);
  if (kind !== "obs" && kind !== "tomb") return undefined;
  if (!agentFamily || !clientId || !pcId || !sessionId || id === undefined || rest.length > 0) {
    return undefined;
  }
  if (!isId(id)) return undefined;
  return { kind, scope: head.scope, agentFamily, clientId, pcId, sessionId, id };
}

function readTier(chunks: readonly string[]): { scope: Scope | undefined; marker: number } | undefined {
  const [, tier, id = ""] = chunks;
  if (tier === "obs" || tier === "tomb") return { scope: undefined, marker: 1 };
  if (tier === "mesh") return { scope: MESH, marker: 2 };
  if ((tier === "user" || tier === "team") && isSlug(id)) return { scope: { tier, id }, marker: 3 };
  return undefined;
}
