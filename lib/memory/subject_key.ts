import type { Observation } from "./observation.ts";

/**
 * What two decisions about the same thing have in common: their subject without case and extra blanks. Undefined for
 * the other kinds of memory, which are not expected to replace each other (compat data §4.11).
 */
export function subjectKey(observation: Pick<Observation, "memoryType" | "subject">): string | undefined {
  const { memoryType, subject } = observation;
  if (memoryType !== "decision" && memoryType !== "config") return undefined;
  const folded = subject.normalize("NFKC").toLowerCase().replaceAll(/\s+/g, " ").trim();
  return folded === "" ? undefined : folded;
}
