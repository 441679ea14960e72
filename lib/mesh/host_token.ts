import { keyChunk } from "../core/keyspace.ts";

/** Where our peers show that they are there, and who they are. The host's id comes first, so that a hub can grant it. */
export const ALIVE = "kioku/peer";

/** A host of the mesh, as its peer shows it. */
export interface MeshHost {
  /** The host's id (pc_id). */
  readonly id: string;
  /** Its router's id. */
  readonly zid: string;
  readonly role: "hub" | "spoke";
  /** Of this program. */
  readonly version: string;
  /** What its people call it. */
  readonly name: string;
}

/** The key that is alive as long as the host's peer is. */
export function hostToken({ id, zid, role, version, name }: MeshHost): string {
  return [ALIVE, keyChunk(id), zid, role, keyChunk(version), keyChunk(name)].join("/");
}

/** Reads it; undefined for what is none. What a later version adds is passed over. */
export function parseHostToken(key: string): MeshHost | undefined {
  if (!key.startsWith(`${ALIVE}/`)) return undefined;
  const [id, zid, role, version, name] = key.slice(ALIVE.length + 1).split("/");
  if (!id || !zid || !version || !name || (role !== "hub" && role !== "spoke")) return undefined;
  return { id, zid, role, version, name };
}
