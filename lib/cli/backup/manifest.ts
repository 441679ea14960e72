import { isObject } from "../../core/json.ts";

/** The first file of a backup. */
export const MANIFEST = "manifest.json";

/** The version of the form that is written and read. */
const FORM = 1;

/** A file in a backup. */
export interface PartEntry {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** What a backup says about itself. */
export interface Manifest {
  /** The program's version. */
  readonly version: string;
  /** ISO time. */
  readonly createdAt: string;
  readonly hostId: string;
  /** Whether private keys are in it. */
  readonly withKeys: boolean;
  readonly parts: readonly PartEntry[];
}

/** Writes a manifest. */
export function formatManifest({ version, createdAt, hostId, withKeys, parts }: Manifest): string {
  const members = { form: FORM, program: "kioku-mesh", version, created_at: createdAt, host_id: hostId };
  return `${JSON.stringify({ ...members, with_keys: withKeys, parts }, undefined, 2)}\n`;
}

/** Reads a manifest. Throws an Error that says what is wrong with it. */
export function parseManifest(text: string): Manifest {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || value.program !== "kioku-mesh") throw new Error("it is no backup of this program");
  if (typeof value.form === "number" && value.form > FORM) {
    throw new Error("it was made by a newer version of kioku-mesh");
  }
  const { version, created_at, host_id, with_keys, parts } = value;
  if (
    value.form !== FORM || typeof version !== "string" || typeof created_at !== "string" ||
    typeof host_id !== "string" || typeof with_keys !== "boolean" || !Array.isArray(parts)
  ) throw new Error(`its ${MANIFEST} is damaged`);
  return {
    version,
    createdAt: created_at,
    hostId: host_id,
    withKeys: with_keys,
    parts: parts.map(parsePart),
  };
}

function parsePart(value: unknown): PartEntry {
  if (!isObject(value)) throw new Error(`its ${MANIFEST} is damaged`);
  const { name, size, sha256 } = value;
  if (
    typeof name !== "string" || typeof size !== "number" || !Number.isSafeInteger(size) || size < 0 ||
    typeof sha256 !== "string"
  ) throw new Error(`its ${MANIFEST} is damaged`);
  return { name, size, sha256 };
}
