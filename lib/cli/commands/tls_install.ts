import { UsageError } from "../../core/errors.ts";
import { readTextIfAny } from "../../core/files.ts";
import { type Bundle, readBundle } from "../../tls/armour.ts";
import { tlsFiles } from "../../tls/files.ts";
import { installBundle } from "../../tls/install.ts";
import type { SetupCall, SetupCommand } from "../command.ts";
import { tellInstalled } from "../install_lines.ts";
import { readPaste } from "../paste.ts";
import { configuredIdentity, tlsFolder } from "../tls_place.ts";

/** `kioku-mesh tls install`: takes the certificate that the authority has signed. */
export const tlsInstall: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration
      .argument("[bundle]", "a file with the block; without it, what is pasted")
      .option("--cert <file>", "the certificate, PEM, in place of a block")
      .option("--ca <file>", "the authority's certificate, PEM, with --cert")
      .option("--replace-ca", "trust the bundle's authority in place of the one that is trusted now")
      .option("--json", "print the result as JSON");
  },
  async run(call): Promise<0> {
    const { around, options, output } = call;
    const folder = await tlsFolder(around);
    const bundle = given(call);
    const checked = await installBundle(
      folder,
      bundle,
      options.has("replaceCa"),
      around.clock,
      around.random,
    );
    const { certificate } = tlsFiles(folder);
    if (options.has("json")) {
      const { cn, serial, host, user, teams, fingerprint } = checked.granted;
      const names = { host: host ?? null, user: user ?? null, teams };
      output.line(
        JSON.stringify({ certificate, cn, serial, fingerprint, ...names, ca: checked.authority.fingerprint }),
      );
      return 0;
    }
    tellInstalled(certificate, checked, await configuredIdentity(around), around.clock(), output);
    return 0;
  },
};

function given({ options, args, output }: SetupCall): Bundle {
  const certificate = options.filled("cert");
  const ca = options.filled("ca");
  if (certificate === undefined && ca === undefined) {
    return readBundle(readPaste(args[0], "Paste the block that `kioku-mesh tls sign` printed:", output));
  }
  if (certificate === undefined || ca === undefined || args[0] !== undefined) {
    throw new UsageError(
      "Cannot install: --cert and --ca go together, and without a bundle. Give both, or neither.",
    );
  }
  return { certificate: file(certificate), ca: file(ca) };
}

function file(path: string): string {
  const text = readTextIfAny(path);
  if (text === undefined) throw new UsageError(`Cannot read ${path}: there is no such file.`);
  return text;
}
