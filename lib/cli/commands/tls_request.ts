import { writeWhole } from "../../core/files.ts";
import { identityPhrase, listed } from "../certificate_lines.ts";
import { declareWish, readWish } from "../certificate_wish.ts";
import type { SetupCommand } from "../command.ts";
import type { Options } from "../options.ts";
import type { Output } from "../output.ts";
import { keepRequest, type OwnRequest } from "../own_request.ts";
import { tlsFolder } from "../tls_place.ts";

/** `kioku-mesh tls request`: asks the authority for a certificate; the key stays here. */
export const tlsRequest: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declareWish(declaration)
      .option("--force", "with a new key; the one in use stays until the new certificate is installed")
      .option("-o, --out <file>", "write the block to a file")
      .option("--json", "print the result as JSON");
  },
  async run({ around, options, output }): Promise<0> {
    const folder = await tlsFolder(around);
    const wish = await readWish(around, options, undefined);
    const request = await keepRequest(folder, wish, options.has("force"), around.random);
    printRequest(request, options, output, around.random);
    output.note(`asks for: ${listed(wish.names)}; ${identityPhrase(wish.identity)}`);
    return 0;
  },
};

/** Prints a request, or writes it to the file that was named, and says what happens next. */
export function printRequest(
  { block, path, keyPath, isNew }: OwnRequest,
  options: Options,
  output: Output,
  random: Parameters<typeof writeWhole>[2],
): void {
  const out = options.filled("out");
  if (out !== undefined) writeWhole(out, block, random);
  if (options.has("json")) {
    output.line(JSON.stringify({ request: path, key: keyPath, new_key: isNew, block }));
    return;
  }
  output.note(isNew ? `new key: ${keyPath}` : `key: ${keyPath} (kept)`);
  if (out === undefined) output.line(block.trimEnd());
  else output.line(`wrote ${out}`);
  output.note(
    "next: paste this block into `kioku-mesh tls sign` on the authority's host, and what it answers into `kioku-mesh tls " +
      "install` here.",
  );
}
