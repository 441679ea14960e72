import { messageOf } from "../core/errors.ts";
import type { Scope } from "../core/scope.ts";
import type { Access } from "./access_control.ts";
import type { Timer } from "./timer.ts";

/** What a host takes part with that may change while its peer runs. */
export interface Admission {
  /** The scopes that this host declares; no other record goes out or comes in. */
  readonly scopes: readonly Scope[];
  /** Whom its router lets do what; undefined: everybody who gets a link does everything. */
  readonly access: Access | undefined;
  /** This host's certificate, PEM: the router reads it only when it starts. Undefined when its links are plain. */
  readonly certificate: string | undefined;
}

/** Where that comes from. */
export interface AdmissionSource {
  /** A change of one of these is a reason to read again. They need not be there. */
  readonly files: readonly string[];
  readonly read: () => Promise<Admission>;
}

/** What watching tells. */
export interface AdmissionEvents {
  changed(admission: Admission): void;
  /** It cannot be read; what was read before stays in force. */
  failed(reason: string): void;
}

/**
 * Between two looks at the files. A file counts as changed when two looks in a row found it the same again, so that none is
 * read half written; so a revocation is noticed within a second. Milliseconds.
 */
const LOOK_MS = 400;

/** Tells when the files' meaning is no longer `first`. Gives the function that ends it. */
export function watchAdmission(
  { files, read }: AdmissionSource,
  first: Admission,
  timer: Timer,
  events: AdmissionEvents,
): () => void {
  let known = JSON.stringify(first);
  let taken = stamps(files);
  let before = taken;
  let over = false;
  const look = async () => {
    const now = stamps(files);
    if (now !== taken && now === before) {
      taken = now;
      try {
        const admission = await read();
        const text = JSON.stringify(admission);
        if (text !== known && !over) events.changed(admission);
        known = text;
      } catch (error) {
        events.failed(messageOf(error));
      }
    }
    before = now;
    if (!over) cancel = timer(LOOK_MS, () => void look());
  };
  let cancel = timer(LOOK_MS, () => void look());
  return () => {
    over = true;
    cancel();
  };
}

function stamps(files: readonly string[]): string {
  return files.map((path) => {
    try {
      const { ino, size, mtime } = Deno.statSync(path);
      return `${ino} ${size} ${mtime?.getTime()}`;
    } catch {
      return "none";
    }
  }).join();
}
