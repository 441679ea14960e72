import { DEFAULT_AUTHORITY, makeAuthority } from "../../tls/authority.ts";
import { tlsFiles } from "../../tls/files.ts";
import { inspectAuthority } from "../../tls/inspect.ts";
import { endPhrase, fingerprintPhrase } from "../certificate_lines.ts";
import type { SetupCommand } from "../command.ts";
import { newPassphrase } from "../passphrase.ts";
import { tlsFolder } from "../tls_place.ts";

/** The most that an authority or a certificate is made for: a hundred years. */
export const MOST_DAYS = 36_500;

/** `kioku-mesh tls init-ca`: makes this host the mesh's authority. */
export const tlsInitCa: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration
      .option("--name <name>", `its name (default: ${DEFAULT_AUTHORITY.name})`)
      .option("--days <days>", `how long it lasts (default: ${DEFAULT_AUTHORITY.days})`)
      .option(
        "--passphrase",
        "encrypt its key; asked on the terminal, or the first line of the file in KIOKU_MESH_CA_PASSPHRASE_FILE",
      )
      .option("--force", "replace one that is there; its certificates are refused from then on")
      .option("--json", "print the result as JSON");
  },
  async run({ around, options, output }): Promise<0> {
    const folder = await tlsFolder(around);
    const aside = await makeAuthority(
      folder,
      {
        name: options.filled("name") ?? DEFAULT_AUTHORITY.name,
        days: options.integer("days", 1, MOST_DAYS) ?? DEFAULT_AUTHORITY.days,
        passphrase: options.has("passphrase") ? newPassphrase(around, output) : undefined,
      },
      options.has("force"),
      around.clock,
      around.random,
    );
    const made = inspectAuthority(folder, around.clock());
    if (made === undefined) throw new TypeError("The authority is gone");
    const { caKey } = tlsFiles(folder);
    const { cn, fingerprint, notAfter } = made.granted;
    if (options.has("json")) {
      output.line(
        JSON.stringify({ certificate: made.path, key: caKey, name: cn, fingerprint, set_aside: aside }),
      );
      return 0;
    }
    output.line(`authority ${cn}: ${made.path}`);
    output.line(fingerprintPhrase(fingerprint));
    output.line(`ends: ${endPhrase(notAfter, around.clock())}`);
    for (const path of aside) output.line(`set aside: ${path}`);
    output.note(
      options.has("passphrase")
        ? `note: ${caKey} is encrypted. It never has to leave this host; keep a copy where only you get at it.`
        : `note: whoever reads ${caKey} can let anybody in. It never has to leave this host; --passphrase encrypts it.`,
    );
    return 0;
  },
};
