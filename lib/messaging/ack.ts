import type { Micros } from "../core/clock.ts";
import { sha256 } from "../core/digest.ts";
import { parseObject, pythonJson } from "../core/json.ts";
import { keyChunk } from "../core/keyspace.ts";
import { parseScopeLabel, type ScopeLabel } from "../core/scope.ts";
import { formatTime, parseTime } from "../core/time.ts";
import { ackKey } from "./keys.ts";
import type { Malformed } from "./message.ts";

/** A session's acknowledgement of a message, read from its payload (compat data §2.4). */
export interface Ack {
  readonly message: string;
  readonly session: string;
  /** The session's client id; empty when the acknowledgement does not say, as Python's do not. */
  readonly agent: string;
  /** Undefined when it does not say. */
  readonly ackedAt: Micros | undefined;
  readonly payload: string;
}

/** Longer than any acknowledgement is. UTF-16 units. */
const LONGEST = 4_096;

/** Reads an acknowledgement; message and session are what its key says. Never throws. */
export function parseAck(payload: string, message: string, session: string): Ack | Malformed {
  if (payload.length > LONGEST) return { reason: `it is longer than ${LONGEST} characters` };
  const members = parseObject(payload);
  if (typeof members === "string") return { reason: members };
  const said = (name: string): string => {
    const value = members[name];
    return typeof value === "string" ? value : "";
  };
  if (said("msg_id") !== "" && said("msg_id") !== message) return { reason: "its msg_id is not its key's" };
  const by = said("recipient_session_id");
  if (by !== "" && keyChunk(by) !== session) return { reason: "its session is not its key's" };
  const status = said("status");
  if (status !== "" && status !== "acknowledged") return { reason: "its status is not acknowledged" };
  return { message, session, agent: said("agent_id"), ackedAt: parseTime(said("acked_at")), payload };
}

/** Writes an acknowledgement: what Python's version writes, then who and when. */
export function formatAck(message: string, session: string, agent: string, now: Micros): string {
  return pythonJson({
    msg_id: message,
    recipient_session_id: session,
    status: "acknowledged",
    agent_id: agent,
    acked_at: formatTime(now),
  });
}

/** The id of an acknowledgement among the records that hosts exchange: the first half of its key's SHA-256. */
export function ackId(scope: ScopeLabel, message: string, session: string): string {
  const read = parseScopeLabel(scope);
  if (read === undefined) throw new TypeError(`An acknowledgement names the scope ${scope}`);
  return sha256(ackKey(read, message, session)).slice(0, 32);
}
