/** Who a record is for: everybody in the mesh, one user's hosts, or one team's. */
export type Tier = "mesh" | "user" | "team";

/** A tier with the user or team that it belongs to; `id` is empty for the mesh. */
export interface Scope {
  readonly tier: Tier;
  readonly id: string;
}

/** A scope in one word, as databases, keys and configuration hold it: `mesh`, `user/alice`, `team/acme`. */
export type ScopeLabel = string;

/** The scope that everybody shares. */
export const MESH: Scope = { tier: "mesh", id: "" };

// compat data §1.1: 1 to 64 characters, the first alphanumeric.
const SLUG = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Whether the text can name a user or a team. */
export function isSlug(text: string): boolean {
  return SLUG.test(text);
}

/** Whether the text names a tier. */
export function isTier(text: string): text is Tier {
  return text === "mesh" || text === "user" || text === "team";
}

/** The scope in one word. */
export function scopeLabel(scope: Scope): ScopeLabel {
  return scope.tier === "mesh" ? "mesh" : `${scope.tier}/${scope.id}`;
}

/** Reads a scope label; undefined when it is none. Blanks and slashes around it do not matter. */
export function parseScopeLabel(text: string): Scope | undefined {
  const trimmed = text.trim().replaceAll(/^\/+|\/+$/g, "");
  if (trimmed === "mesh") return MESH;
  const [tier, id, ...rest] = trimmed.split("/");
  if ((tier !== "user" && tier !== "team") || id === undefined || rest.length > 0) return undefined;
  return isSlug(id) ? { tier, id } : undefined;
}
