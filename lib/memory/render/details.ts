import { scopeLabel } from "../../core/scope.ts";
import { formatTime } from "../../core/time.ts";
import type { MemoryContext } from "../context.ts";
import type { FoundMemory } from "../find.ts";
import { inline } from "./neutralise.ts";
import { originOf } from "./origin.ts";
import { signatureLines } from "./signature.ts";

/**
 * Everything about a memory but its content, a labelled line each (compat cli §1.3, §2.3): an empty value is `-`,
 * what a memory says cannot make up a further line.
 */
export function detailLines(
  context: Pick<MemoryContext, "store" | "settings" | "identity">,
  { stored, state, supersededBy }: FoundMemory,
): string[] {
  const { observation } = stored;
  const origin = originOf(observation, context.identity.pcId);
  return [
    line("id", observation.id),
    line("memory_type", observation.memoryType),
    line("importance", String(observation.importance)),
    line("created_at", formatTime(observation.createdAt)),
    line("project", observation.project),
    line("subject", observation.subject),
    line("summary", observation.summary),
    line("agent", `${origin.agentFamily}/${origin.clientId}`),
    line("origin", `${origin.clientId} (${origin.pc} pc)`),
    line("visibility", scopeLabel(observation.scope)),
    ...signatureLines(context, observation).map(([label, value]) => line(label, value)),
    line("tags", observation.tags.join(", ")),
    line("source_files", observation.sourceFiles.join(", ")),
    line("references", observation.references.join(", ")),
    line("supersedes", observation.supersedes.join(", ")),
    line("superseded_by", supersededBy.join(", ")),
    ...(observation.expiresAt === undefined ? [] : [line("expires_at", formatTime(observation.expiresAt))]),
    line("state", state),
  ];
}

function line(label: string, value: string): string {
  return `${label}: ${inline(value) || "-"}`;
}
