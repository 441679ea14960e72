import type { Micros } from "../core/clock.ts";
import { parseObject, pythonJson } from "../core/json.ts";
import { isId } from "../core/ids.ts";
import { formatTime, parseTime } from "../core/time.ts";
import type { Malformed } from "./observation.ts";

/** A deletion: that it exists is the signal (compat data §2.2). */
export interface Tombstone {
  readonly id: string;
  readonly reason: string;
  readonly deletedAt: Micros;
  /** The JSON text as received. */
  readonly payload: string;
}

/** Reads a tombstone's payload. Only its id is checked against the key (DESIGN §4). Never throws. */
export function parseTombstone(payload: string, keyId: string | undefined): Tombstone | Malformed {
  const members = parseObject(payload);
  if (typeof members === "string") return { reason: members };
  const id = typeof members.observation_id === "string" ? members.observation_id : keyId;
  if (id === undefined || !isId(id)) return { reason: "it has no id of 32 hexadecimal digits" };
  if (keyId !== undefined && keyId !== id) return { reason: `its id ${id} is not its key's` };
  const deletedAt = typeof members.deleted_at === "string" ? parseTime(members.deleted_at) : undefined;
  const reason = typeof members.reason === "string" ? members.reason : "";
  return { id, reason, deletedAt: deletedAt ?? 0, payload };
}

/** Writes the payload of a new tombstone as Python's version would (compat data §2.2). */
export function formatTombstone(id: string, reason: string, deletedAt: Micros): Tombstone {
  const payload = pythonJson({ observation_id: id, reason, deleted_at: formatTime(deletedAt) });
  return { id, reason, deletedAt, payload };
}
