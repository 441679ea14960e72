import { byteLength } from "../core/bytes.ts";
import { UsageError } from "../core/errors.ts";
import { keyChunk } from "../core/keyspace.ts";
import { isSlug, MESH, type Scope, scopeLabel, type Tier } from "../core/scope.ts";
import { scopeFor, type Settings } from "../core/settings.ts";
import { ALL, type Target } from "./keys.ts";
import { LONGEST_NAME } from "./limits.ts";

/** Where a message goes. */
export interface Address {
  readonly scope: Scope;
  readonly target: Target;
}

/** The forms that `to` may have. */
export const ADDRESS_FORMS = "agent:ID, session:ID, user:ID, team:ID or mesh";

/**
 * Reads to whom a message goes. A message to an agent or a session travels in the scope of `tier`, or the default one; one
 * to everybody in a scope must be in a scope that this host belongs to. Throws a UsageError.
 */
export function parseAddress(to: string, tier: Tier | undefined, settings: Settings): Address {
  const text = to.trim();
  if (text === "mesh") return { scope: MESH, target: ALL };
  const [kind, ...rest] = text.split(":");
  const id = rest.join(":");
  if (kind === "agent" || kind === "session") {
    if (id === "" || id !== keyChunk(id) || byteLength(id) > LONGEST_NAME) {
      throw new UsageError(
        `Cannot send to "${to}": "${id}" cannot be ${kind === "agent" ? "an agent" : "a session"}'s id.`,
      );
    }
    return { scope: scopeFor(tier, settings), target: { kind, id } };
  }
  if ((kind !== "user" && kind !== "team") || !isSlug(id)) {
    throw new UsageError(`Cannot send to "${to}": it is not one of ${ADDRESS_FORMS}.`);
  }
  const scope: Scope = { tier: kind, id };
  if (!settings.readable.includes(scopeLabel(scope))) {
    throw new UsageError(
      `Cannot send to ${kind} ${id}: this host does not belong to it. Send to an agent or session, or to the mesh.`,
    );
  }
  return { scope, target: ALL };
}
