import type { StorageLayout } from "../core/config.ts";
import { type Scope, scopeLabel } from "../core/scope.ts";

export type { StorageLayout } from "../core/config.ts";

/** A storage of the router. */
export interface Storage {
  readonly name: string;
  readonly keys: string;
  readonly stripPrefix: string;
  /** Below the folder of the router's data. */
  readonly folder: string;
}

/**
 * The storages for the declared scopes (compat data §6): the memories of each, and its messages; `single` is the one
 * broad storage that Python 1.2.0 has, to align with such hosts (DESIGN §5). Routers replicate with
 * each other only when keys and prefix are the same to the letter, so none of this may be changed.
 */
export function storagesFor(scopes: readonly Scope[], layout: StorageLayout): Storage[] {
  const labels = [...new Map(scopes.map((scope) => [scopeLabel(scope), scope])).values()];
  const memories = layout === "single" ? [BROAD] : labels.map((scope) => storageOf("mem", "", scope));
  return [...memories, ...labels.map((scope) => storageOf("msg", "msg_", scope))];
}

const BROAD: Storage = { name: "agent_mem", keys: "mem/**", stripPrefix: "mem", folder: "agent_mem" };

function storageOf(space: "mem" | "msg", before: "" | "msg_", scope: Scope): Storage {
  const place = `${space}/${scopeLabel(scope)}`;
  const folder = before + (scope.tier === "mesh" ? "mesh" : `${scope.tier}_${scope.id}`);
  return {
    name: `${folder}_store`,
    keys: `${place}/**`,
    stripPrefix: scope.tier === "mesh" ? space : place,
    folder,
  };
}
