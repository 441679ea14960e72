import { loadHostConfiguration } from "../../core/configuration.ts";
import { isFolder, writeWhole } from "../../core/files.ts";
import { findFolders } from "../../core/paths.ts";
import { type Scope, type ScopeLabel, scopeLabel } from "../../core/scope.ts";
import { declaredScopes } from "../../core/settings.ts";
import type { Surroundings } from "../../memory/open.ts";
import { readIdentityFile } from "../../trust/identity_file.ts";
import type { IdentityNames } from "../../trust/identity_names.ts";
import { UsageError } from "../../core/errors.ts";
import { formatBundle } from "../../tls/armour.ts";
import { newSerial, openAuthority } from "../../tls/authority.ts";
import { type Enrolment, enrolmentTerms, openEnrolment, requireUncontested } from "../../tls/enrolment.ts";
import { readLedger } from "../../tls/ledger.ts";
import { readRequest, type SigningRequest } from "../../tls/request.ts";
import { leafName, type Signed, signRequest } from "../../tls/sign.ts";
import { type Plan, planLeaf } from "../../tls/terms.ts";
import { endPhrase, fingerprintPhrase, identityLines, listed } from "../certificate_lines.ts";
import type { Ended, SetupCall, SetupCommand } from "../command.ts";
import { confirmPasted } from "../confirm.ts";
import type { Output } from "../output.ts";
import { passphraseOf } from "../passphrase.ts";
import { readPaste } from "../paste.ts";
import { declareTerms, readTerms } from "../signing_terms.ts";
import { tlsFolder } from "../tls_place.ts";

/** `kioku-mesh tls sign`: shows a request and, when a person says so, signs it. */
export const tlsSign: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declareTerms(
      declaration.argument("[request]", "a file with the block or a PEM request; without it, what is pasted"),
    )
      .option("--yes", "sign without asking; what belongs to another certificate is refused then")
      .option("-o, --out <file>", "write the block to a file")
      .option("--json", "print the result as JSON");
  },
  async run(call): Promise<Ended> {
    const { around, options, args, output } = call;
    const folder = await tlsFolder(around);
    const asked = readTerms(options);
    const authority = await openAuthority(folder, passphraseOf(around, output), around.clock());
    const hint = "Paste the block that `kioku-mesh tls request` printed on the other host:";
    const request = await readRequest(readPaste(args[0], hint, output));
    const mode = howToSign(call, folder);
    const terms = mode.enrolment === undefined ? asked : enrolmentTerms(mode.enrolment, request, asked);
    const plan = planLeaf(request, terms, authority.notAfter, readLedger(folder), around.clock());
    const serial = newSerial(around.random);
    for (const line of planLines(request, plan, leafName(request, serial), around.clock())) output.note(line);
    if (mode.ask) {
      if (!confirmPasted("Sign it?", serial.slice(-4), output)) return 1;
    } else {
      requireUncontested(plan, mode.enrolment?.users ?? (terms.user ? [terms.user] : []));
    }
    const signed = await signRequest(folder, authority, request, terms, serial, around.clock);
    print(signed, call);
    const without = await notCarried(around, folder, signed.entry);
    if (without.length > 0) {
      output.note(
        `note: this hub does not carry ${without.join(", ")} yet: ` +
          without.map((label) => `\`kioku-mesh scope add ${label}\``).join(", "),
      );
    }
    return 0;
  },
};

interface HowToSign {
  readonly ask: boolean;
  /** What this host lets others enrol for, when that is why nobody is asked. */
  readonly enrolment: Enrolment | undefined;
}

function howToSign({ around, options }: SetupCall, folder: string): HowToSign {
  if (options.has("yes")) return { ask: false, enrolment: undefined };
  if (Deno.stdin.isTerminal()) return { ask: true, enrolment: undefined };
  const enrolment = openEnrolment(folder, around.clock());
  if (enrolment !== undefined) return { ask: false, enrolment };
  throw new UsageError(
    "Cannot sign: there is no terminal to ask on, and this host lets nobody enrol now. Run `kioku-mesh tls allow-enroll` on " +
      "it first, sign on a terminal, or add --yes in a script of its own.",
  );
}

/** The lines that show what is about to be signed. What the request says is shown as it is, but harmless. */
function planLines(request: SigningRequest, plan: Plan, cn: string, now: number): string[] {
  const { contested, identity } = plan;
  return [
    `request of: ${listed([request.subject])} (as it calls itself)`,
    `key: EC P-256, ${fingerprintPhrase(request.key)}`,
    `certificate: ${cn}`,
    `names: ${listed(plan.names)}`,
    ...identityLines(identity),
    `ends: ${endPhrase(plan.notAfter, now)}`,
    ...(plan.denied.length === 0 ? [] : [`not granted: ${listed(plan.denied)}`]),
    ...plan.replaces.map((leaf) => `revokes: ${leaf.cn}, the same host with another key`),
    ...contested.users.map((leaf) => `warning: user ${identity.user} is also granted to ${leaf.cn}`),
    ...contested.names.map(({ name, leaf }) =>
      `warning: ${name} is a name of ${leaf.cn}; this certificate could pass for that host`
    ),
  ];
}

// What is granted passes a hub only where it carries the scope.
async function notCarried(around: Surroundings, folder: string, entry: IdentityNames): Promise<ScopeLabel[]> {
  const { config } = findFolders(around.env, around.platform, isFolder);
  const host = await loadHostConfiguration(config);
  if (host.mode !== "hub") return [];
  const carried = declaredScopes(host, readIdentityFile(folder)).map(scopeLabel);
  const granted: Scope[] = [
    ...(entry.user === undefined ? [] : [{ tier: "user" as const, id: entry.user }]),
    ...entry.teams.map((id): Scope => ({ tier: "team", id })),
  ];
  return granted.map(scopeLabel).filter((label) => !carried.includes(label));
}

function print({ bundle, entry, plan }: Signed, { options, output, around }: SetupCall): void {
  const block = formatBundle(bundle);
  const out = options.filled("out");
  if (out !== undefined) writeWhole(out, block, around.random);
  if (options.has("json")) {
    const { cn, serial, host, user, teams, names, fingerprint } = entry;
    const certificate = { cn, serial, host: host ?? null, user: user ?? null, teams, names, fingerprint };
    output.line(JSON.stringify({ ...certificate, denied: plan.denied, block }));
    return;
  }
  if (out === undefined) output.line(block.trimEnd());
  else output.line(`wrote ${out}`);
  finish(output);
}

function finish(output: Output): void {
  output.note(
    "next: paste this block into `kioku-mesh tls install` on the host that asked, or where its `init` waits.",
  );
}
