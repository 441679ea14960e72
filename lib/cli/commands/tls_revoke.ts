import { messageOf, UsageError } from "../../core/errors.ts";
import { formatTime } from "../../core/time.ts";
import { openMemory } from "../../memory/open.ts";
import { openAuthority } from "../../tls/authority.ts";
import { holdsAuthority, tlsFiles } from "../../tls/files.ts";
import type { Revoked } from "../../tls/ledger_entry.ts";
import { ALGORITHM } from "../../tls/private_key.ts";
import { revoke } from "../../tls/revoke.ts";
import { publishRevocation, signRevocation, trustAuthorities } from "../../trust/publish.ts";
import type { Ended, SetupCall, SetupCommand } from "../command.ts";
import { passphraseOf } from "../passphrase.ts";
import { tlsFolder } from "../tls_place.ts";

/** `kioku-mesh tls revoke`: takes certificates back. */
export const tlsRevoke: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration
      .argument(
        "<certificate>",
        "its serial number, name or fingerprint; or a host: its id, or its name before the number",
      )
      .option("-r, --reason <reason>", "why")
      .option("--json", "print the result as JSON");
  },
  async run(call): Promise<Ended> {
    const { around, options, args, output } = call;
    const folder = await tlsFolder(around);
    if (!holdsAuthority(folder)) {
      throw new UsageError(
        `Cannot revoke: the authority is not here (${tlsFiles(folder).caKey}). Revoke on its host.`,
      );
    }
    const revoked = await revoke(
      folder,
      args[0] ?? "",
      options.filled("reason") ?? "revoked",
      around.clock(),
    );
    const told = await tellMesh(call, folder, revoked);
    if (options.has("json")) {
      const listed = revoked.map(({ serial, cn, at, reason }) => ({
        serial,
        cn,
        at: formatTime(at),
        reason,
      }));
      output.line(JSON.stringify({ revoked: listed, published: told === undefined }));
    } else {
      for (const { cn, at } of revoked) output.line(`revoked ${cn} (${formatTime(at).slice(0, 19)}Z)`);
    }
    if (told !== undefined) output.note(told);
    return 0;
  },
};

// The hub here acts on the ledger at once; the other hosts hear of it by a record that the authority signs.
async function tellMesh(
  { around, output }: SetupCall,
  folder: string,
  revoked: readonly Revoked[],
): Promise<string | undefined> {
  const memory = await openMemory(around, () => {});
  try {
    if (memory.settings.mode !== "hub" && memory.settings.mode !== "spoke") {
      return "note: this host is in no mesh, so the other hosts are not told. Take the ledger to the hubs.";
    }
    const authority = await openAuthority(folder, passphraseOf(around, output), around.clock());
    trustAuthorities(memory.store, authority.pem, around.clock());
    for (const { serial, cn, at } of revoked) {
      const record = await signRevocation(authority.pem, { serial, cn, at }, async (data) => {
        return new Uint8Array(await crypto.subtle.sign(ALGORITHM, authority.signingKey, data));
      });
      publishRevocation(memory.store, record, around.clock());
    }
    return undefined;
  } catch (error) {
    return `warning: it is revoked here, but the other hosts are not told (${
      messageOf(error)
    }) Run this again.`;
  } finally {
    memory.store.close();
  }
}
