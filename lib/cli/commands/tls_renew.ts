import { Failure } from "../../core/errors.ts";
import { holdsAuthority, tlsFiles } from "../../tls/files.ts";
import { declareWish, readWish } from "../certificate_wish.ts";
import type { SetupCommand } from "../command.ts";
import { tellInstalled } from "../install_lines.ts";
import { signOwn } from "../own_certificate.ts";
import { certificateWish, keepRequest } from "../own_request.ts";
import { declareLifetime, readLifetime } from "../signing_terms.ts";
import { configuredIdentity, tlsFolder } from "../tls_place.ts";
import { printRequest } from "./tls_request.ts";

/** `kioku-mesh tls renew`: a new certificate like the one that there is, before that ends. */
export const tlsRenew: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declareLifetime(declareWish(declaration))
      .option("--force", "with a new key; the one in use stays until the new certificate is installed")
      .option("-o, --out <file>", "write the block to a file (not on the authority's host)")
      .option("--json", "print the result as JSON");
  },
  async run({ around, options, output }): Promise<0> {
    const folder = await tlsFolder(around);
    const usual = certificateWish(folder);
    if (usual === undefined) {
      throw new Failure(
        "Cannot renew: this host has no certificate. Ask for one with `kioku-mesh tls request`.",
      );
    }
    const wish = await readWish(around, options, usual);
    const fresh = options.has("force");
    if (!holdsAuthority(folder)) {
      printRequest(await keepRequest(folder, wish, fresh, around.random), options, output, around.random);
      return 0;
    }
    const checked = await signOwn(around, folder, wish, fresh, readLifetime(options), output);
    const { certificate } = tlsFiles(folder);
    if (options.has("json")) {
      const { cn, serial, fingerprint } = checked.granted;
      output.line(JSON.stringify({ certificate, cn, serial, fingerprint }));
    } else tellInstalled(certificate, checked, await configuredIdentity(around), around.clock(), output);
    return 0;
  },
};
