import type { MemoryType } from "./observation.ts";

/** A remark about a memory that is saved all the same. */
export interface LintWarning {
  readonly code: "GENERIC_NOISE" | "MISSING_SUBJECT";
  readonly message: string;
}

// Texts that tell nobody anything later (compat data §4.12).
const NOISE = new Set([
  "tests pass",
  "test passed",
  "all tests pass",
  "done",
  "完了",
  "進捗",
  "pass",
  "ok",
  "green",
  "build succeeded",
]);

/** Remarks about a memory's use for later. Secrets are not looked for here: they are refused (lib/memory/secrets). */
export function lint(content: string, subject: string, memoryType: MemoryType): LintWarning[] {
  const warnings: LintWarning[] = [];
  if (NOISE.has(content.trim().replace(/[.!。！]+$/, "").toLowerCase())) {
    warnings.push({
      code: "GENERIC_NOISE",
      message: "this says nothing that will help later; say what was learned, decided or changed, and why",
    });
  }
  if (subject === "" && (memoryType === "decision" || memoryType === "config")) {
    warnings.push({
      code: "MISSING_SUBJECT",
      message: `a ${memoryType} without a subject is hard to find and to supersede`,
    });
  }
  return warnings;
}
