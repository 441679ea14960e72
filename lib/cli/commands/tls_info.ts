import type { Micros } from "../../core/clock.ts";
import { Failure } from "../../core/errors.ts";
import { formatTime } from "../../core/time.ts";
import { holdsAuthority } from "../../tls/files.ts";
import { inspectAuthority, inspectCertificate, type Inspected } from "../../tls/inspect.ts";
import { type Leaf, readLedger } from "../../tls/ledger.ts";
import { endPhrase, fingerprintPhrase, identityLines, identityPhrase, listed } from "../certificate_lines.ts";
import type { SetupCommand } from "../command.ts";
import { tlsFolder } from "../tls_place.ts";

/** `kioku-mesh tls info`: the certificates of this host and, where the authority is, all that it signed. */
export const tlsInfo: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration.option("--json", "print the result as JSON");
  },
  async run({ around, options, output }): Promise<0 | 1> {
    const folder = await tlsFolder(around);
    const now = around.clock();
    const authority = inspectAuthority(folder, now);
    const own = await inspectCertificate(folder, now);
    const issued = holdsAuthority(folder) ? readLedger(folder) : undefined;
    const found = [authority, own].flatMap((one) => one ?? []);
    const wrong = found.length === 0 || found.some(({ problems }) => problems.length > 0);
    if (options.has("json")) {
      output.line(JSON.stringify({
        authority: authority === undefined ? null : json(authority),
        certificate: own === undefined ? null : json(own),
        ...(issued === undefined ? {} : { issued: issued.map(ledgerJson) }),
      }));
      return wrong ? 1 : 0;
    }
    if (found.length === 0) {
      throw new Failure(
        `Cannot show certificates: there are none in ${folder}. Make an authority (kioku-mesh tls init-ca), or ask one for a ` +
          "certificate (kioku-mesh tls request).",
      );
    }
    const shown = [...(authority === undefined ? [] : authorityLines(authority, now)), ...ownLines(own, now)];
    for (const line of shown) output.line(line);
    for (const line of issued === undefined ? [] : issuedLines(issued, now)) output.line(line);
    return wrong ? 1 : 0;
  },
};

function authorityLines({ path, granted, problems }: Inspected, now: Micros): string[] {
  return [
    `authority: ${path}`,
    `  name: ${listed([granted.cn])}`,
    `  ${fingerprintPhrase(granted.fingerprint)}`,
    `  ends: ${endPhrase(granted.notAfter, now)}`,
    ...problems.map((problem) => `  problem: ${problem}`),
  ];
}

function ownLines(own: Inspected | undefined, now: Micros): string[] {
  if (own === undefined) return ["certificate: none"];
  const { path, granted, names, issuer, problems } = own;
  return [
    `certificate: ${path}`,
    `  name: ${listed([granted.cn])}`,
    `  names: ${listed(names)}`,
    ...identityLines(granted).map((line) => `  ${line}`),
    `  signed by: ${listed([issuer])}`,
    `  serial: ${granted.serial}`,
    `  ${fingerprintPhrase(granted.fingerprint)}`,
    `  ends: ${endPhrase(granted.notAfter, now)}`,
    ...problems.map((problem) => `  problem: ${problem}`),
  ];
}

function issuedLines(issued: readonly Leaf[], now: Micros): string[] {
  return [
    `signed here: ${issued.length}`,
    ...issued.map((leaf) =>
      `  ${leaf.cn}  ${
        leaf.revoked === undefined
          ? endPhrase(leaf.notAfter, now)
          : `REVOKED ${formatTime(leaf.revoked.at).slice(0, 10)} (${listed([leaf.revoked.reason])})`
      }  ${identityPhrase(leaf)}`
    ),
  ];
}

function json({ path, granted, names, issuer, revoked, problems }: Inspected): Record<string, unknown> {
  const { cn, serial, fingerprint, host, user, teams, notBefore, notAfter } = granted;
  return {
    path,
    cn,
    serial,
    fingerprint,
    names,
    host: host ?? null,
    user: user ?? null,
    teams,
    issuer,
    not_before: formatTime(notBefore),
    not_after: formatTime(notAfter),
    revoked: revoked === undefined ? null : { at: formatTime(revoked.at), reason: revoked.reason },
    problems,
  };
}

function ledgerJson({ cn, serial, host, user, teams, notAfter, revoked }: Leaf): Record<string, unknown> {
  return {
    cn,
    serial,
    host: host ?? null,
    user: user ?? null,
    teams,
    not_after: formatTime(notAfter),
    revoked: revoked === undefined ? null : { at: formatTime(revoked.at), reason: revoked.reason },
  };
}
