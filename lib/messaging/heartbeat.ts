import { type Micros, SECOND } from "../core/clock.ts";
import { isObject, isTextList, pythonJson } from "../core/json.ts";
import { formatTime, parseTime } from "../core/time.ts";
import type { Alive } from "./agent_token.ts";
import type { MessageKey } from "./keys.ts";

/** How often a session shows that it is there to hosts that know heartbeats alone. Milliseconds (compat data §5). */
export const HEARTBEAT_MS = 30_000;

/** How long after a heartbeat a session counts as there (compat data §2.5). */
const LASTS: Micros = 90 * SECOND;

/** Longer than any heartbeat is. UTF-16 units. */
const LONGEST = 8_192;

/** What takes a heartbeat's place when its session has gone: a reader finds no time in it. */
export const NO_HEARTBEAT = "{}";

/** A heartbeat, and until when it holds. */
export interface Heartbeat {
  readonly alive: Alive;
  readonly expiresAt: Micros;
}

/** Writes a heartbeat as Python's version does, and with this host's id, by which ours know it for one of ours. */
export function formatHeartbeat({ scope, shown }: Alive, now: Micros): string {
  return pythonJson({
    schema_version: 1,
    agent_id: shown.agent,
    agent_family: shown.family,
    client_id: shown.agent,
    session_id: shown.session,
    host: shown.host,
    pid: 0,
    last_seen: formatTime(now),
    expires_at: formatTime(now + LASTS),
    ttl_sec: LASTS / SECOND,
    capabilities: ["mcp_poll", "ack"],
    delivery_adapters: ["mcp"],
    scopes: [scope],
    pc_id: shown.pcId,
  });
}

/** Reads a heartbeat of Python's version; undefined for what is none, or is of ours, whose sessions show tokens. */
export function parseHeartbeat(
  payload: string,
  key: Extract<MessageKey, { kind: "presence" }>,
  scope: string,
): Heartbeat | undefined {
  if (payload.length > LONGEST) return undefined;
  let members: unknown;
  try {
    members = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (!isObject(members) || members.pc_id !== undefined) return undefined;
  const text = (value: unknown): string =>
    typeof value === "string" ? value.slice(0, 200).toWellFormed() : "";
  const lastSeen = parseTime(text(members.last_seen));
  if (lastSeen === undefined || !(members.capabilities === undefined || isTextList(members.capabilities))) {
    return undefined;
  }
  const shown = {
    session: key.session,
    agent: key.agent,
    family: text(members.agent_family),
    pcId: "",
    host: text(members.host),
    project: "",
    since: lastSeen,
  };
  return { alive: { scope, shown }, expiresAt: lastSeen + LASTS };
}
