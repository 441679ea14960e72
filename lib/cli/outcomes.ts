import type { Outcome } from "../messaging/outcome.ts";

/** What became of a message, in words. */
export const OUTCOMES: Readonly<Record<Outcome, string>> = {
  acknowledged: "acknowledged",
  expired: "expired",
  nobody: "nobody whom it is for is there now; it is delivered when one comes",
  waiting: "not acknowledged yet",
};
