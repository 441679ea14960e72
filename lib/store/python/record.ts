/**
 * What a file of Python's version says about one id, as it stands there: an observation, a deletion, or both. Nothing
 * of it has been checked.
 */
export interface PythonRecord {
  /** The id under which the file has it. */
  readonly id: string;
  /** The key under which it was to be sent; only pending_puts.db has keys. */
  readonly key: string | undefined;
  /** The observation's payload. */
  readonly observation: string | undefined;
  /** The tombstone's payload. */
  readonly tombstone: string | undefined;
  /** When it was deleted, as text, empty when that is not known; present on everything that was deleted. */
  readonly deletedAt: string | undefined;
  /** Since when Python's version no longer found it in its mesh, as text; present on everything that it hides so. */
  readonly shadowedAt: string | undefined;
}

/** A file that can be read for records. */
export interface PythonReader {
  /** How many records it has, the unreadable ones included; fewer where damage keeps them from being counted. */
  readonly count: number;
  /** The records one after the other, never all in memory. Throws a PythonFileFailure. */
  records(): Generator<PythonRecord>;
}
