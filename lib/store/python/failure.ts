import { Failure, messageOf } from "../../core/errors.ts";
import { type Trouble, troubleOf } from "../failure.ts";

const CAUSE: Readonly<Record<Trouble, string | undefined>> = {
  damaged: "it is damaged or not a database",
  busy: "another program holds it",
  full: "the disk refuses to read or write",
  "read-only": "it may not be opened",
  other: undefined,
};

/** A file of Python's version that cannot be read. It stops nothing but the import of that file. */
export class PythonFileFailure extends Failure {
  /** Whether it may be readable next time although it did not change. */
  readonly passing: boolean;

  constructor(path: string, cause: unknown) {
    const trouble = troubleOf(cause);
    super(`Cannot take over ${path}: ${CAUSE[trouble] ?? messageOf(cause)}.`, { cause });
    this.passing = trouble !== "damaged" && trouble !== "other";
  }
}

/** Runs `work`, turning whatever it throws into a PythonFileFailure for that file. */
export function reading<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PythonFileFailure) throw error;
    throw new PythonFileFailure(path, error);
  }
}
