import { DAY, type Micros } from "../core/clock.ts";
import { formatTime } from "../core/time.ts";
import { inline } from "../memory/render/neutralise.ts";
import type { IdentityNames } from "../trust/identity_names.ts";

/** The lines that show whom a certificate or request stands for. */
export function identityLines({ host, user, teams }: IdentityNames): string[] {
  return [
    `host: ${host ?? "none"}`,
    `user: ${user ?? "none"}`,
    `teams: ${teams.length === 0 ? "none" : teams.join(", ")}`,
  ];
}

/** The same in one phrase. */
export function identityPhrase({ host, user, teams }: IdentityNames): string {
  const parts = [
    ...(host === undefined ? [] : [`host ${host}`]),
    ...(user === undefined ? [] : [`user ${user}`]),
    ...teams.map((team) => `team ${team}`),
  ];
  return parts.length === 0 ? "nobody: the mesh scope alone" : parts.join(", ");
}

/** A list of texts of others on one line. */
export function listed(texts: readonly string[]): string {
  return texts.map(inline).join(", ");
}

/** When a certificate ends, and how far that is: `2029-02-26 (824 days left)`. */
export function endPhrase(notAfter: Micros, now: Micros): string {
  const date = formatTime(notAfter).slice(0, 16).replace("T", " ");
  const left = notAfter - now;
  if (left <= 0) return `${date} UTC (EXPIRED)`;
  const days = Math.floor(left / DAY);
  return `${date} UTC (${days === 0 ? "less than a day" : days === 1 ? "1 day" : `${days} days`} left)`;
}

/** A fingerprint as people compare it, in pairs. */
export function fingerprintPhrase(fingerprint: string): string {
  return `SHA-256 ${fingerprint.match(/../g)?.join(":") ?? fingerprint}`;
}
