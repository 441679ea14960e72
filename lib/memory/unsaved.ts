import type { Micros } from "../core/clock.ts";
import { isObject } from "../core/json.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import type { Store } from "../store/store.ts";

/** A session that ended with decisions of its user and without saving them. Kept on this host alone. */
export interface UnsavedSession {
  readonly project: string;
  readonly endedAt: Micros;
  readonly decisions: number;
  readonly client: string;
  /** Its transcript, for the next agent to look at. */
  readonly transcript: string;
}

const NAME = "unsaved_sessions";
/** As many are kept, one a project: the newest. */
const MOST = 20;

/** Remembers that a session ended so, for the next one in its project. */
export function rememberUnsaved(store: Store, session: UnsavedSession): void {
  store.write(() => {
    const others = read(store).filter(({ project }) => project !== session.project);
    writeMeta(store, NAME, JSON.stringify([session, ...others].slice(0, MOST)));
  });
}

/** Gives, and forgets, the session of a project that ended so. */
export function takeUnsaved(store: Store, project: string): UnsavedSession | undefined {
  const found = read(store).find((session) => session.project === project);
  if (found === undefined) return undefined;
  store.write(() => {
    const others = read(store).filter((session) => session.project !== project);
    writeMeta(store, NAME, others.length === 0 ? undefined : JSON.stringify(others));
  });
  return found;
}

function read(store: Store): UnsavedSession[] {
  const value: unknown = JSON.parse(readMeta(store, NAME) ?? "[]");
  return (Array.isArray(value) ? value : []).flatMap((item: unknown) => {
    if (!isObject(item)) return [];
    const { project, endedAt, decisions, client, transcript } = item;
    const known = typeof project === "string" && typeof client === "string" && typeof transcript === "string";
    if (!known || typeof endedAt !== "number" || typeof decisions !== "number") return [];
    return [{ project, endedAt, decisions, client, transcript }];
  });
}
