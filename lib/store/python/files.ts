import { join, resolve } from "node:path";

/** Files in which Python's version may have left records, by what they are (compat data §3.1). */
export interface PythonFiles {
  readonly raw: string;
  readonly pending: string;
  readonly localIndex: string;
  /** Which messages were acknowledged; it has no bodies. */
  readonly inbox: string;
  /** Undefined where Python's version was told to keep it in memory. */
  readonly index: string | undefined;
}

/** Where the files would be; `indexPath` is what KIOKU_MESH_INDEX_DB says (compat data §3.2). */
export function pythonFiles(state: string, indexPath: string | undefined): PythonFiles {
  const named = indexPath?.trim() || undefined;
  return {
    raw: join(state, "local", "raw.db"),
    pending: join(state, "pending_puts.db"),
    localIndex: join(state, "local", "index.db"),
    inbox: join(state, "messaging", "inbox.db"),
    index: named === ":memory:" ? undefined : named === undefined ? join(state, "index.db") : resolve(named),
  };
}
