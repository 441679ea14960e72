import type { Micros } from "../core/clock.ts";
import type { Checked } from "../tls/install.ts";
import type { IdentityNames } from "../trust/identity_names.ts";
import { endPhrase, fingerprintPhrase, identityPhrase } from "./certificate_lines.ts";
import type { Output } from "./output.ts";

/** Says what was installed, and where the certificate and this host's configuration disagree. */
export function tellInstalled(
  path: string,
  { granted, authority, replaces }: Checked,
  configured: IdentityNames,
  now: Micros,
  output: Output,
): void {
  output.line(`installed ${granted.cn}: ${path}`);
  output.line(`stands for: ${identityPhrase(granted)}`);
  output.line(`ends: ${endPhrase(granted.notAfter, now)}`);
  output.line(`authority: ${authority.cn}, ${fingerprintPhrase(authority.fingerprint)}`);
  if (replaces !== undefined) {
    output.note(`note: it takes the place of ${replaces.cn}, which this host trusted.`);
  }
  for (const line of disagreements(granted, configured)) {
    output.note(`note: ${line}; the certificate decides.`);
  }
}

function disagreements(granted: IdentityNames, configured: IdentityNames): string[] {
  const { host, user, teams } = granted;
  // One of the Python version's says nothing.
  if (host === undefined && user === undefined && teams.length === 0) return [];
  const without = configured.teams.filter((team) => !teams.includes(team));
  return [
    ...(host === configured.host
      ? []
      : [`it is for the host ${host ?? "of nobody"}, this one is ${configured.host}`]),
    ...(configured.user === undefined || user === configured.user ? [] : [
      `it stands for ${
        user === undefined ? "no user" : `user ${user}`
      }, the configuration says ${configured.user}`,
    ]),
    ...(without.length === 0
      ? []
      : [`it does not grant ${without.map((team) => `team ${team}`).join(", ")}`]),
  ];
}
