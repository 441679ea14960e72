/** Exit code of a program that did not do what was asked: 1 failed or not found, 2 used wrongly (DESIGN §7). */
export type ExitCode = 1 | 2;

/**
 * An error whose message is meant for the person or agent that asked: one line that names the action, the cause
 * and the way out (`Cannot open the database: it is read-only. Check the folder's permissions.`).
 * Everything else that is thrown is a defect of ours and is reported as such.
 */
export abstract class KiokuError extends Error {
  abstract readonly exitCode: ExitCode;
}

/** What was asked could not be done, or what was asked for is not there. Exit code 1. */
export class Failure extends KiokuError {
  override readonly name = "Failure";
  readonly exitCode = 1;
}

/** The call itself was wrong: an option, a value, a missing argument. Exit code 2. */
export class UsageError extends KiokuError {
  override readonly name = "UsageError";
  readonly exitCode = 2;
}

/** The message of anything that was thrown, on one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}
