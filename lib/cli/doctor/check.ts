import { KiokuError } from "../../core/errors.ts";

/** How a check came out. */
export type Status = "pass" | "warn" | "fail";

/** A check: what was looked at, what is wrong, and what mends it. */
export interface Check {
  readonly name: string;
  readonly status: Status;
  readonly summary: string;
  /** The command that mends it, or what else does. */
  readonly hint?: string | undefined;
  readonly details?: readonly string[] | undefined;
  /** Mends it, and says what was done; undefined when a person has to. */
  readonly fix?: (() => string | Promise<string>) | undefined;
}

/** All is well. */
export function pass(name: string, summary: string): Check {
  return { name, status: "pass", summary };
}

/** Something needs attention. */
export function trouble(
  name: string,
  status: "warn" | "fail",
  summary: string,
  hint: string,
  more: Pick<Check, "details" | "fix"> = {},
): Check {
  return { name, status, summary, hint, ...more };
}

/** What a check gives; an error of ours is its failure, with what the error says. */
export async function checked(name: string, work: () => Check | Promise<Check>): Promise<Check> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KiokuError)) throw error;
    const [what, ...ways] = error.message.split(/(?<=[.:]) (?=[A-Z])/);
    return trouble(name, "fail", what ?? error.message, ways.join(" ") || "See what it says.");
  }
}

/** The worst of them. */
export function worst(checks: readonly Check[]): Status {
  if (checks.some(({ status }) => status === "fail")) return "fail";
  return checks.some(({ status }) => status === "warn") ? "warn" : "pass";
}
