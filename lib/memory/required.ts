import { UsageError } from "../core/errors.ts";

// Words that stand for "nothing" (compat data §4.12).
const PLACEHOLDERS = new Set(
  ["", "-", "--", "---", ".", "..", "...", "n/a", "na", "none", "null", "nil", "tbd", "todo", "未定", "なし"],
);

/** Whether the text only stands in for a subject or summary. */
export function isPlaceholder(text: string): boolean {
  return PLACEHOLDERS.has(text.trim().toLowerCase());
}

/** Refuses a memory without subject or summary, naming all that is missing in one message. */
export function requireSubjectAndSummary(subject: string, summary: string): void {
  const missing = [["subject", subject], ["summary", summary]]
    .filter(([, text]) => isPlaceholder(text ?? "")).map(([name]) => name);
  if (missing.length === 0) return;
  throw new UsageError(
    `Cannot save: subject and summary required, ${missing.join(" and ")} missing. ` +
      "Give a short subject with the names one would search for, and one sentence that sums it up.",
  );
}
