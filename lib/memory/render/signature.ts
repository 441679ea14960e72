import { scopeLabel } from "../../core/scope.ts";
import { findCertificate } from "../../trust/certificates.ts";
import { keptVerdict, type SignatureState } from "../../trust/verdicts.ts";
import type { MemoryContext } from "../context.ts";
import type { Observation } from "../observation.ts";
import { inline } from "./neutralise.ts";

type Reading = Pick<MemoryContext, "store" | "settings">;

/**
 * What a memory's signature came to, to be shown beside it; undefined where nobody asked for that (docs/signatures.md,
 * "Policy").
 */
export function signatureOf(context: Reading, { id, scope }: Observation): SignatureState | undefined {
  if (context.settings.signatures === "accept") return undefined;
  return keptVerdict(context.store, "o", id, scopeLabel(scope))?.state ?? "unsigned";
}

/**
 * The same in words, with whose certificate it was; and, of one that was deleted, who did. Lines of a label and a value; none where
 * it is not shown.
 */
export function signatureLines(
  context: Reading,
  { id, scope }: Observation,
): (readonly [label: string, value: string])[] {
  if (context.settings.signatures === "accept") return [];
  const { store } = context;
  const words = (kind: "o" | "t"): string | undefined => {
    const kept = keptVerdict(store, kind, id, scopeLabel(scope));
    if (kept === undefined) return undefined;
    const { cn, user } = findCertificate(store, kept.certificate) ?? {};
    const whose = [
      ...(cn === undefined ? [] : [inline(cn)]),
      ...(user === undefined ? [] : [`user ${user}`]),
    ];
    return whose.length === 0 ? kept.state : `${kept.state} (${whose.join(", ")})`;
  };
  const isDeleted = store.get(
    "SELECT 1 FROM tombstone WHERE id = ? AND scope = ?",
    [id, scopeLabel(scope)],
    () => true,
  );
  return [
    ["signature", words("o") ?? "unsigned"],
    ...(isDeleted ? [["deletion", words("t") ?? "unsigned"]] as const : []),
  ];
}
