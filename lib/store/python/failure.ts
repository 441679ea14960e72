import { Failure, messageOf } from "../../core/errors.ts";
import { type Trouble, troubleOf } from "../failure.ts";

const LEAVE = "or run `kioku-mesh import --done` to leave it";

const CAUSE: Readonly<Record<Trouble, string | undefined>> = {
  damaged: "it is damaged or not a database. It is tried again when it changes",
  busy: "another program holds it. It is tried again next time",
  full: `the disk refuses to read or write. Free some space, ${LEAVE}`,
  "read-only": `it may not be opened. Check its permissions, ${LEAVE}`,
  other: undefined,
};

/** A file of Python's version that cannot be read. It stops nothing but the import of that file. */
export class PythonFileFailure extends Failure {
  /** Whether it may be readable next time although it did not change: what stands in the way is not in the file. */
  readonly passing: boolean;

  constructor(path: string, cause: unknown) {
    const trouble = troubleOf(cause);
    super(`Cannot take over ${path}: ${CAUSE[trouble] ?? messageOf(cause)}.`, { cause });
    const forbidden = cause instanceof Deno.errors.PermissionDenied ||
      cause instanceof Deno.errors.NotCapable;
    this.passing = forbidden || (trouble !== "damaged" && trouble !== "other");
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
