import type { Micros } from "../core/clock.ts";
import { isId } from "../core/ids.ts";
import { type JsonObject, parseObject, pythonJson } from "../core/json.ts";
import { type Authorship, keyChunk } from "../core/keyspace.ts";
import { isSlug, isTier, type Scope } from "../core/scope.ts";
import { formatTime, parseTime } from "../core/time.ts";

/** The kinds of memory (compat data §2.1). */
export const MEMORY_TYPES = ["note", "decision", "bug", "pattern", "config", "summary"] as const;

/** One of the kinds of memory. */
export type MemoryType = typeof MEMORY_TYPES[number];

/** A memory, read from its payload. Every field has a value, whatever the payload lacks. */
export interface Observation {
  readonly id: string;
  readonly scope: Scope;
  readonly author: Authorship;
  readonly content: string;
  readonly project: string;
  readonly tags: readonly string[];
  readonly createdAt: Micros;
  readonly memoryType: MemoryType;
  readonly importance: number;
  readonly subject: string;
  readonly summary: string;
  readonly sourceFiles: readonly string[];
  readonly references: readonly string[];
  readonly supersedes: readonly string[];
  readonly expiresAt: Micros | undefined;
  /** When its content was erased everywhere (DESIGN §5); such a record is a stub. */
  readonly purgedAt: Micros | undefined;
  /** The JSON text as it was received: what goes to other peers, byte for byte. */
  readonly payload: string;
}

/** Where a payload was found: what its key says. Of a payload without key, the id and the author are open. */
export interface KeyFacts {
  readonly scope: Scope;
  readonly id: string | undefined;
  readonly author: Authorship | undefined;
}

/** Why a payload is not an observation, in words for a person. */
export interface Malformed {
  readonly reason: string;
}

/** Whether reading a payload failed. */
export function isMalformed(read: object): read is Malformed {
  return "reason" in read && !("payload" in read);
}

/**
 * Reads an observation's payload. A field of identity or visibility that is absent, empty or unknown takes the key's
 * value; one that is present and different makes the record malformed (DESIGN §4). Never throws.
 */
export function parseObservation(payload: string, key: KeyFacts): Observation | Malformed {
  const members = parseObject(payload);
  if (typeof members === "string") return { reason: members };
  if (typeof members.content !== "string") return { reason: "it has no content" };
  const purgedAt = timeOf(members.purged_at);
  const id = textOf(members.observation_id) || key.id;
  if (id === undefined || !isId(id)) return { reason: "it has no id of 32 hexadecimal digits" };
  if (key.id !== undefined && id !== key.id) return { reason: `its id ${id} is not its key's` };
  const author = authorOf(members, key.author);
  if (isMalformed(author)) return author;
  const scope = scopeOf(members, key.scope);
  if (isMalformed(scope)) return scope;
  return {
    id,
    scope,
    author,
    content: members.content,
    project: textOf(members.project),
    tags: listOf(members.tags),
    createdAt: timeOf(members.created_at) ?? 0,
    memoryType: memoryTypeOf(members.memory_type),
    importance: importanceOf(members.importance),
    subject: textOf(members.subject),
    summary: textOf(members.summary),
    sourceFiles: listOf(members.source_files),
    references: listOf(members.references),
    supersedes: listOf(members.supersedes).filter(isId),
    expiresAt: timeOf(members.expires_at),
    purgedAt,
    payload,
  };
}

/**
 * The tier and owner that a payload names by itself, for payloads that came without a key (compat data §3.4); the mesh
 * when it names none.
 */
export function ownScope(payload: string): Scope {
  const members = parseObject(payload);
  if (typeof members === "string") return { tier: "mesh", id: "" };
  const tier = textOf(members.visibility);
  const id = textOf(members.scope_id);
  return isTier(tier) && tier !== "mesh" && isSlug(id) ? { tier, id } : { tier: "mesh", id: "" };
}

/** Writes the payload of a new observation as Python's version would, byte for byte (compat data §2.1). */
export function formatObservation(observation: Omit<Observation, "payload" | "purgedAt">): string {
  const { author, scope } = observation;
  return pythonJson({
    content: observation.content,
    agent_family: author.agentFamily,
    client_id: author.clientId,
    pc_id: author.pcId,
    session_id: author.sessionId,
    project: observation.project,
    tags: observation.tags,
    observation_id: observation.id,
    created_at: formatTime(observation.createdAt),
    memory_type: observation.memoryType,
    importance: observation.importance,
    subject: observation.subject,
    summary: observation.summary,
    source_files: observation.sourceFiles,
    references: observation.references,
    supersedes: observation.supersedes,
    visibility: scope.tier,
    scope_id: scope.id,
    expires_at: observation.expiresAt === undefined ? "" : formatTime(observation.expiresAt),
  });
}

/** The members of a payload, or why there are none. */
function authorOf(members: JsonObject, key: Authorship | undefined): Authorship | Malformed {
  const read = (name: string, ofKey: string | undefined): string | Malformed => {
    const said = textOf(members[name]);
    if (ofKey === undefined) return keyChunk(said);
    if (said !== "" && keyChunk(said) !== keyChunk(ofKey)) {
      return { reason: `its ${name} "${said}" is not its key's` };
    }
    return ofKey;
  };
  const agentFamily = read("agent_family", key?.agentFamily);
  const clientId = read("client_id", key?.clientId);
  const pcId = read("pc_id", key?.pcId);
  const sessionId = read("session_id", key?.sessionId);
  for (const one of [agentFamily, clientId, pcId, sessionId]) if (typeof one !== "string") return one;
  if (
    typeof agentFamily !== "string" || typeof clientId !== "string" || typeof pcId !== "string" ||
    typeof sessionId !== "string"
  ) return { reason: "its author is unreadable" };
  return { agentFamily, clientId, pcId, sessionId };
}

function scopeOf(members: JsonObject, key: Scope): Scope | Malformed {
  const visibility = textOf(members.visibility);
  const id = textOf(members.scope_id);
  if (isTier(visibility) && visibility !== key.tier) {
    return { reason: `its visibility ${visibility} is not its key's` };
  }
  if (id !== "" && key.tier !== "mesh" && id !== key.id) {
    return { reason: `its scope ${id} is not its key's` };
  }
  return key;
}

function memoryTypeOf(value: unknown): MemoryType {
  return MEMORY_TYPES.find((known) => known === value) ?? "note";
}

function importanceOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value)
    ? Math.min(5, Math.max(1, Math.trunc(value)))
    : 2;
}

function timeOf(value: unknown): Micros | undefined {
  return typeof value === "string" ? parseTime(value) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
