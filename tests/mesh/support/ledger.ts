import { join } from "node:path";
import type { Home } from "../../e2e/support/program.ts";
import {
  type LeafParts,
  type TestAuthority,
  type TestLeaf,
  writeTlsFolder,
} from "../../support/certificates.ts";

/** The ledger of an authority's host. */
export class Ledger {
  readonly #lines: string[] = [];

  constructor(readonly authority: TestAuthority) {}

  /** Issues a certificate to the host of a home and installs it there. */
  async enrol(home: Home, name: string, parts: Omit<LeafParts, "cn"> = {}): Promise<TestLeaf> {
    const { pc_id } = JSON.parse(await home.ok(["status", "--json"]));
    const leaf = await this.issue(name, { host: pc_id, ...parts });
    writeTlsFolder(join(home.config, "tls"), leaf);
    return leaf;
  }

  /** Issues a certificate. */
  async issue(name: string, parts: Omit<LeafParts, "cn"> = {}): Promise<TestLeaf> {
    const leaf = await this.authority.issue({ cn: `${name}-${this.#lines.length}`, ...parts });
    this.#lines.push(JSON.stringify(leaf.issued));
    return leaf;
  }

  /** Revokes it. */
  revoke({ cn, serial }: TestLeaf): void {
    this.#lines.push(
      JSON.stringify({ v: 1, event: "revoked", serial, cn, at: "2026-03-01T00:00:00Z", reason: "lost" }),
    );
  }

  /** Brings it to a hub as somebody does who copies it. */
  copyTo(home: Home): void {
    Deno.writeTextFileSync(
      join(home.config, "tls", "ledger.jsonl"),
      this.#lines.map((line) => `${line}\n`).join(""),
    );
  }
}
