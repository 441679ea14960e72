import type { Micros } from "../core/clock.ts";
import { Failure } from "../core/errors.ts";
import { addToLedger, type Leaf } from "./ledger.ts";
import type { Revoked } from "./ledger_entry.ts";

/**
 * Revokes what is meant: a certificate by its serial number, name or fingerprint, or all of a host by its id or by the name
 * before the number. Gives them all; those that were revoked before stay as they were. Throws a Failure when nothing is meant.
 */
export async function revoke(
  tlsFolder: string,
  what: string,
  reason: string,
  now: Micros,
): Promise<readonly Revoked[]> {
  return await addToLedger(tlsFolder, (ledger) => {
    const meant = ledger.filter((leaf) => isMeant(leaf, what));
    if (meant.length === 0) {
      throw new Failure(
        `Cannot revoke "${what}": the ledger has no such certificate. \`kioku-mesh tls info\` lists those that were signed here.`,
      );
    }
    const revoked = meant.map((leaf): Revoked => {
      const { serial, cn } = leaf;
      return leaf.revoked === undefined
        ? { event: "revoked", serial, cn, at: now, reason }
        : { event: "revoked", serial, cn, ...leaf.revoked };
    });
    const entries = revoked.filter(({ serial }) =>
      meant.some((leaf) => leaf.serial === serial && leaf.revoked === undefined)
    );
    return Promise.resolve({ entries, result: revoked });
  });
}

function isMeant({ serial, cn, fingerprint, host }: Leaf, what: string): boolean {
  const text = what.trim();
  const digits = text.replaceAll(":", "").toLowerCase();
  return digits === serial || digits === fingerprint || digits === host || text === cn ||
    text === cn.slice(0, -serial.length - 1);
}
