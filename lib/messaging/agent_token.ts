import { clip } from "../core/bytes.ts";
import type { Micros } from "../core/clock.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import { keyChunk } from "../core/keyspace.ts";
import { parseScopeLabel, type ScopeLabel } from "../core/scope.ts";
import { fromBase64Url, toBase64Url } from "../trust/base64url.ts";

/** What a session shows of itself to others: who it is, where it is, and what it works on. */
export interface Shown {
  readonly session: string;
  /** The client id. */
  readonly agent: string;
  readonly family: string;
  readonly pcId: string;
  /** What people call the machine. */
  readonly host: string;
  readonly project: string;
  readonly since: Micros;
}

/** A session that is alive in a scope. */
export interface Alive {
  readonly scope: ScopeLabel;
  readonly shown: Shown;
}

/** Where sessions show that they are there: by scope, then by host, so that a hub can tell who may show what to whom. */
const AGENT_TOKENS = "kioku/agent";

const VERSION = 1;

/** The longest of each text that is shown, in bytes of UTF-8. */
const LONGEST = 120;

/** The longest token that is read: more than any that is written. UTF-16 units. */
const LONGEST_TOKEN = 4_096;

/** The keys of all sessions that show themselves in a scope; of one host when it is named. */
export function agentTokens(scope: ScopeLabel, host?: string): string {
  return host === undefined ? `${AGENT_TOKENS}/${scope}/**` : `${AGENT_TOKENS}/${scope}/${keyChunk(host)}/**`;
}

/**
 * The key that is alive as long as the session is. Zenoh gives such keys no value, so what is shown is in the key: JSON,
 * in the letters of base64url.
 */
export function agentToken({ scope, shown }: Alive): string {
  const text = (value: string) => clip(value.toWellFormed(), LONGEST);
  const facts = {
    v: VERSION,
    session: shown.session,
    agent: shown.agent,
    family: text(shown.family),
    host: text(shown.host),
    project: text(shown.project),
    since: shown.since,
  };
  return `${AGENT_TOKENS}/${scope}/${keyChunk(shown.pcId)}/${encode(facts)}`;
}

/** Reads such a key; undefined for any other. What is too long for a name is cut. */
export function parseAgentToken(key: string): Alive | undefined {
  if (key.length > LONGEST_TOKEN || !key.startsWith(`${AGENT_TOKENS}/`)) return undefined;
  const chunks = key.slice(AGENT_TOKENS.length + 1).split("/");
  const facts = chunks.pop();
  const pcId = chunks.pop();
  const label = chunks.join("/");
  if (facts === undefined || !pcId || parseScopeLabel(label) === undefined) return undefined;
  const read = decode(facts);
  if (read === undefined || read.v !== VERSION) return undefined;
  const { session, agent, since } = read;
  if (typeof session !== "string" || session !== keyChunk(session)) return undefined;
  if (typeof agent !== "string" || agent !== keyChunk(agent)) return undefined;
  const text = (name: string): string => {
    const value = read[name];
    return typeof value === "string" ? clip(value, LONGEST) : "";
  };
  return {
    scope: label,
    shown: {
      session,
      agent,
      pcId,
      family: text("family"),
      host: text("host"),
      project: text("project"),
      since: typeof since === "number" && Number.isSafeInteger(since) ? since : 0,
    },
  };
}

function encode(facts: JsonObject): string {
  return toBase64Url(new TextEncoder().encode(JSON.stringify(facts)));
}

function decode(text: string): JsonObject | undefined {
  try {
    const read: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(fromBase64Url(text)));
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}
