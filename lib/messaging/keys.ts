import { isId } from "../core/ids.ts";
import { keyChunk } from "../core/keyspace.ts";
import { isSlug, MESH, type Scope, scopeLabel } from "../core/scope.ts";

/** Whom a message is for within its scope: everybody there, every session of one agent (its client id), or one session. */
export type Target =
  | { readonly kind: "all" }
  | { readonly kind: "agent" | "session"; readonly id: string };

/** A key under `msg/`, read (compat data §1.2). */
export type MessageKey =
  | { readonly kind: "message"; readonly scope: Scope; readonly target: Target; readonly id: string }
  | { readonly kind: "ack"; readonly scope: Scope; readonly message: string; readonly session: string }
  | { readonly kind: "presence"; readonly scope: Scope; readonly agent: string; readonly session: string };

/** Everybody in the scope. */
export const ALL: Target = { kind: "all" };

/** A target in one word, as the database and keys hold it: ``, `agent/ID`, `session/ID`. */
export function targetText(target: Target): string {
  return target.kind === "all" ? "" : `${target.kind}/${target.id}`;
}

/** The key of a message. */
export function messageKey(scope: Scope, target: Target, id: string): string {
  const place = target.kind === "all" ? "" : `inbox/${target.kind}/${keyChunk(target.id)}/`;
  return `msg/${scopeLabel(scope)}/${place}${id}`;
}

/** The key of a session's acknowledgement. */
export function ackKey(scope: Scope, message: string, session: string): string {
  return `msg/${scopeLabel(scope)}/ack/${message}/${keyChunk(session)}`;
}

/** The key of a session's heartbeat. */
export function presenceKey(scope: Scope, agent: string, session: string): string {
  return `msg/${scopeLabel(scope)}/presence/${keyChunk(agent)}/${keyChunk(session)}`;
}

/** Reads a key under `msg/`; undefined for anything that is not one of the forms above. */
export function parseMessageKey(key: string): MessageKey | undefined {
  const [space, tier, owner = "", ...below] = key.split("/");
  if (space !== "msg") return undefined;
  if (tier === "mesh") return parseRest(MESH, [owner, ...below]);
  if ((tier !== "user" && tier !== "team") || !isSlug(owner)) return undefined;
  return parseRest({ tier, id: owner }, below);
}

function parseRest(scope: Scope, chunks: readonly string[]): MessageKey | undefined {
  if (chunks.some((chunk) => chunk !== keyChunk(chunk))) return undefined;
  const [first = "", second = "", third = "", fourth = ""] = chunks;
  if (chunks.length === 1) {
    return isId(first) ? { kind: "message", scope, target: ALL, id: first } : undefined;
  }
  if (first === "inbox" && (second === "agent" || second === "session") && chunks.length === 4) {
    return isId(fourth)
      ? { kind: "message", scope, target: { kind: second, id: third }, id: fourth }
      : undefined;
  }
  if (chunks.length !== 3) return undefined;
  if (first === "ack") {
    return isId(second) ? { kind: "ack", scope, message: second, session: third } : undefined;
  }
  if (first === "presence") return { kind: "presence", scope, agent: second, session: third };
  return undefined;
}
