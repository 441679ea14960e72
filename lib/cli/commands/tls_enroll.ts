import type { Command as Declaration } from "commander";
import { UsageError } from "../../core/errors.ts";
import { tlsFiles } from "../../tls/files.ts";
import { declareWish, readWish } from "../certificate_wish.ts";
import { accessOf } from "../access.ts";
import type { SetupCommand } from "../command.ts";
import { askAuthority, type EnrolCall, takeAnswer } from "../enrol.ts";
import { tellInstalled } from "../install_lines.ts";
import { keepOnly } from "../lockdown.ts";
import type { Options } from "../options.ts";
import { certificateWish } from "../own_request.ts";
import { repeated } from "../repeated.ts";
import { configuredIdentity, tlsFolder } from "../tls_place.ts";
import { MOST_DAYS } from "./tls_init_ca.ts";

/** `kioku-mesh tls enroll`: request, signature and installation in one, over ssh. */
export const tlsEnroll: SetupCommand = {
  access: "enroll",
  declare(declaration) {
    declareSsh(declareWish(declaration.argument("<ca-host>", "the authority's host, as ssh knows it")))
      .option("--force", "with a new key; the one in use stays until the new certificate is installed")
      .option("--replace-ca", "trust this authority in place of the one that is trusted now")
      .option("--json", "print the result as JSON");
  },
  async run({ around, options, args, output }): Promise<0> {
    const folder = await tlsFolder(around);
    const wish = await readWish(around, options, certificateWish(folder));
    const call = readSsh(args[0] ?? "", options);
    const answer = await askAuthority(folder, wish, options.has("force"), call, around.random);
    keepOnly(accessOf("setup").keeps);
    const checked = await takeAnswer(around, folder, answer, options.has("replaceCa"));
    const { certificate } = tlsFiles(folder);
    if (options.has("json")) {
      const { cn, serial, fingerprint } = checked.granted;
      output.line(
        JSON.stringify({ certificate, cn, serial, fingerprint, ca: checked.authority.fingerprint }),
      );
    } else tellInstalled(certificate, checked, await configuredIdentity(around), around.clock(), output);
    return 0;
  },
};

/** Declares how the authority's host is reached. */
export function declareSsh(declaration: Declaration): Declaration {
  return declaration
    .option(
      "--days <days>",
      "how long the certificate is to last; the authority's host decides what else it grants",
    )
    .option("--remote-mesh <program>", "the program there (default: kioku-mesh)")
    .option("--ssh-port <port>", "the port of ssh there")
    .option("--ssh-opt <option>", "an option for ssh, NAME=VALUE; may be repeated", repeated)
    .option("--timeout <seconds>", "how long it may take (default: 60)");
}

/** Reads that. */
export function readSsh(host: string, options: Options): EnrolCall {
  if (host.startsWith("-") || host.trim() === "") {
    throw new UsageError(`Cannot enroll: "${host}" is not a host.`);
  }
  return {
    host,
    port: options.integer("sshPort", 1, 65_535),
    options: options.texts("sshOpt"),
    program: options.filled("remoteMesh") ?? "kioku-mesh",
    days: options.integer("days", 1, MOST_DAYS),
    signal: AbortSignal.timeout((options.integer("timeout", 1, 3600) ?? 60) * 1000),
  };
}
