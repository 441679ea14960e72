import { MESH, type Scope } from "../../../lib/core/scope.ts";
import type { Access, Grant } from "../../../lib/mesh/access_control.ts";
import type { LinkTls } from "../../../lib/mesh/router_config.ts";
import {
  type LeafParts,
  type TestAuthority,
  testAuthority,
  type TestLeaf,
  writeTlsFolder,
} from "../../support/certificates.ts";
import { type TempFolder, tempFolder } from "../../support/folder.ts";

/** A certificate that a test's host has, and what it is granted. */
export interface Holder {
  readonly grant: Grant;
  readonly tls: LinkTls;
  readonly pcId: string;
  /** What it signs with, and whom it trusts; PEM. */
  readonly signing: { readonly pem: string; readonly key: string; readonly authority: string };
}

/** An authority with a folder for the certificates that it issues. */
export class Issuer implements Disposable {
  readonly #folder: TempFolder = tempFolder();
  #issued = 0;

  private constructor(readonly authority: TestAuthority) {}

  /** Makes an authority. */
  static async make(name?: string): Promise<Issuer> {
    return new Issuer(await testAuthority(name));
  }

  /** Issues a certificate to a host. */
  async issue(name: string, parts: Omit<LeafParts, "cn"> = {}): Promise<Holder> {
    const pcId = parts.host ?? name.charCodeAt(0).toString(16).padStart(2, "0").repeat(16);
    const cn = `${name}-4b${String(++this.#issued).padStart(4, "0")}`;
    const leaf = await this.authority.issue({ cn, host: pcId, ...parts });
    return {
      grant: { cn, host: pcId, user: parts.user, teams: parts.teams ?? [] },
      tls: this.write(leaf),
      pcId,
      signing: { pem: leaf.certificate, key: leaf.key, authority: leaf.ca },
    };
  }

  /** Writes a certificate into a folder of its own; gives its files. */
  write(leaf: TestLeaf): LinkTls {
    const folder = writeTlsFolder(this.#folder.at(leaf.serial), leaf);
    const file = (end: string) => `${folder}/${end}`;
    return { ca: file("ca.crt"), certificate: file("peer.crt"), key: file("peer.key") };
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

/** What a hub grants these holders. */
export function accessFor(
  holders: readonly Holder[],
  scopes: readonly Scope[] = [MESH],
  more: Partial<Access> = {},
): Access {
  return {
    grants: holders.map(({ grant }) => grant),
    scopes,
    replicas: [],
    local: [],
    plain: false,
    ...more,
  };
}
