import type { Micros } from "../core/clock.ts";
import type { ScopeLabel } from "../core/scope.ts";
import { number, numberOrNone, type Row, text } from "../store/row.ts";
import type { Store } from "../store/store.ts";

/** A host's certificate that an authority trusted here has signed. */
export interface KnownCertificate {
  /** The first 32 digits of its fingerprint. */
  readonly id: string;
  readonly authority: string;
  readonly serial: string;
  readonly cn: string;
  /** What it grants. */
  readonly host: string;
  readonly user: string | undefined;
  readonly teams: readonly string[];
  /** The public key that the holder signs records with, as base64url. */
  readonly signer: string | undefined;
  readonly notAfter: Micros;
  /** When the authority took it back. */
  readonly revokedAt: Micros | undefined;
  /** The record's payload. */
  readonly payload: string;
}

/** A certificate's revocation. */
export interface Revocation {
  readonly id: string;
  readonly authority: string;
  readonly serial: string;
  readonly revokedAt: Micros;
  readonly payload: string;
}

const SELECT = `SELECT c.*, r.revoked_at FROM certificate c
  LEFT JOIN revocation r ON r.authority = c.authority AND r.serial = c.serial`;

/** The certificate of that id. */
export function findCertificate(store: Store, id: string): KnownCertificate | undefined {
  return store.get(`${SELECT} WHERE c.id = ?`, [id], read);
}

/** All certificates of one host. */
export function certificatesOf(store: Store, host: string): KnownCertificate[] {
  return store.all(`${SELECT} WHERE c.host = ? ORDER BY c.id`, [host], read);
}

/** All certificates that are known. */
export function knownCertificates(store: Store): KnownCertificate[] {
  return store.all(`${SELECT} ORDER BY c.id`, [], read);
}

/** The payloads of certificates (`c`) and revocations (`r`) whose ids begin so. */
export function payloadsOf(
  store: Store,
  prefix: string,
): { readonly kind: "c" | "r"; readonly id: string; readonly payload: string }[] {
  const from = (kind: "c" | "r", table: string) =>
    // No digit comes after "f", so "g" is above every id that begins so.
    store.all(`SELECT id, payload FROM ${table} WHERE id >= ? AND id < ?`, [prefix, `${prefix}g`], (row) => ({
      kind,
      id: text(row, "id"),
      payload: text(row, "payload"),
    }));
  return [...from("c", "certificate"), ...from("r", "revocation")];
}

/** Adds a certificate, in the caller's transaction. Gives whether it was not there. */
export function addCertificate(store: Store, one: Omit<KnownCertificate, "revokedAt">): boolean {
  const { changes } = store.run(
    `INSERT OR IGNORE INTO certificate (id, authority, serial, cn, host, user, teams, signer, not_after, payload)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    one.id,
    one.authority,
    one.serial,
    one.cn,
    one.host,
    one.user ?? null,
    one.teams.join(" "),
    one.signer ?? null,
    one.notAfter,
    one.payload,
  );
  return changes > 0;
}

/** The revocation of that id. */
export function findRevocation(store: Store, id: string): Revocation | undefined {
  return store.get("SELECT * FROM revocation WHERE id = ?", [id], readRevocation);
}

/** Puts a revocation in the place of what there was, in the caller's transaction. */
export function putRevocation(store: Store, { id, authority, serial, revokedAt, payload }: Revocation): void {
  store.run(
    `INSERT INTO revocation (id, authority, serial, revoked_at, payload) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET revoked_at = excluded.revoked_at, payload = excluded.payload`,
    id,
    authority,
    serial,
    revokedAt,
    payload,
  );
}

/** Forgets every certificate and revocation, in the caller's transaction: another authority is trusted. */
export function forgetCertificates(store: Store): void {
  store.run("DELETE FROM certificate");
  store.run("DELETE FROM revocation");
}

/** Whether a certificate lets its holder write in a scope: the mesh, its own user's, its own teams'. */
export function grants(
  { user, teams }: Pick<KnownCertificate, "user" | "teams">,
  scope: ScopeLabel,
): boolean {
  return scope === "mesh" || scope === `user/${user}` || teams.some((team) => scope === `team/${team}`);
}

function read(row: Row): KnownCertificate {
  const optional = (column: string) => row[column] === null ? undefined : text(row, column);
  return {
    id: text(row, "id"),
    authority: text(row, "authority"),
    serial: text(row, "serial"),
    cn: text(row, "cn"),
    host: text(row, "host"),
    user: optional("user"),
    teams: text(row, "teams").split(" ").filter((team) => team !== ""),
    signer: optional("signer"),
    notAfter: number(row, "not_after"),
    revokedAt: numberOrNone(row, "revoked_at"),
    payload: text(row, "payload"),
  };
}

function readRevocation(row: Row): Revocation {
  return {
    id: text(row, "id"),
    authority: text(row, "authority"),
    serial: text(row, "serial"),
    revokedAt: number(row, "revoked_at"),
    payload: text(row, "payload"),
  };
}
