import { UsageError } from "../core/errors.ts";
import { isObject } from "../core/json.ts";

/** The blocks that are pasted between hosts (compat cli §5). */
export const LABELS = { request: "KIOKU-MESH CSR", bundle: "KIOKU-MESH CERT BUNDLE" } as const;

/** The label of one of the blocks. */
export type Label = typeof LABELS[keyof typeof LABELS];

/** A certificate with the one of the authority that signed it, both PEM. */
export interface Bundle {
  readonly certificate: string;
  readonly ca: string;
}

/** How many base64 digits stand on a line. */
const COLUMNS = 64;

/** The most that is looked at, in characters: a block is about 2,000. */
export const LONGEST_PASTE = 65_536;

/** Writes a text as a block that survives chats, mails and terminals. Ends with a line end. */
export function formatBlock(label: Label, payload: string): string {
  const bytes = new TextEncoder().encode(payload);
  const lines = btoa(String.fromCharCode(...bytes)).match(new RegExp(`.{1,${COLUMNS}}`, "g")) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/** Whether a pasted text holds the end of a block or of a PEM certificate request, so that nothing more is to be read. */
export function isComplete(text: string): boolean {
  return /^\W*-----END (KIOKU-MESH [A-Z ]+|(NEW )?CERTIFICATE REQUEST)-----/m.test(text);
}

/**
 * The text in the one block of that label. What stands around it, before its lines (`> `, as mails quote) and between its
 * digits does not matter. Throws a UsageError for no block, several, another one, or one that is damaged.
 */
export function readBlock(label: Label, text: string): string {
  if (text.length > LONGEST_PASTE) throw new UsageError(`Cannot use the pasted text: it is too long.`);
  const blocks = [...text.matchAll(/-----BEGIN (KIOKU-MESH [A-Z ]+)-----(.*?)-----END \1-----/gs)];
  const [block, another] = blocks.filter(([, found]) => found === label);
  if (another !== undefined) {
    throw new UsageError(
      `Cannot use the pasted text: it holds several "${label}" blocks. Paste the one that is meant.`,
    );
  }
  if (block === undefined) throw missing(label, text, blocks[0]?.[1]);
  const digits = (block[2] ?? "").replaceAll(/^[ \t]*(?:>[ \t]*)*/gm, "").replaceAll(/\s+/g, "");
  try {
    if (digits === "") throw new TypeError();
    const bytes = Uint8Array.from(atob(digits), (digit) => digit.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw corrupt(label);
  }
}

/** Writes a bundle as a block. */
export function formatBundle({ certificate, ca }: Bundle): string {
  return formatBlock(LABELS.bundle, JSON.stringify({ v: 1, cert: certificate, ca }));
}

/** Reads the bundle in a pasted text. Throws a UsageError for anything else. */
export function readBundle(text: string): Bundle {
  const payload = readBlock(LABELS.bundle, text);
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    throw corrupt(LABELS.bundle);
  }
  if (!isObject(value)) throw corrupt(LABELS.bundle);
  if (value.v !== 1) {
    throw new UsageError(
      `Cannot use the bundle: it is of version ${
        JSON.stringify(value.v)
      }, this program knows 1. Update kioku-mesh.`,
    );
  }
  const { cert, ca } = value;
  if (typeof cert !== "string" || typeof ca !== "string") throw corrupt(LABELS.bundle);
  return { certificate: cert, ca };
}

function missing(label: Label, text: string, other: string | undefined): UsageError {
  const begun = text.includes(`-----BEGIN ${label}-----`);
  const why = begun
    ? `its "${label}" block has no end`
    : other === undefined
    ? `there is no "${label}" block in it`
    : `it is a "${other}" block, and a "${label}" block is wanted here`;
  return new UsageError(
    `Cannot use the pasted text: ${why}. Copy everything from -----BEGIN to -----END and the lines themselves.`,
  );
}

function corrupt(label: Label): UsageError {
  return new UsageError(`Cannot use the pasted text: its "${label}" block is damaged. Copy it again.`);
}
