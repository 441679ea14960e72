import type { PeerEvent } from "../mesh/peer.ts";
import type { Refusal } from "../mesh/refusals.ts";

/** The line that a log shows of what happened; undefined for what nobody needs to read. */
export function describe(event: PeerEvent): string | undefined {
  switch (event.kind) {
    case "router-up":
      return `router up${event.locators.length === 0 ? "" : `, listening on ${event.locators.join(", ")}`}`;
    case "router-down":
      return `router down: ${event.reason}; another start in ${seconds(event.retryMs)} s`;
    case "session-down":
      return `session ended: ${event.reason}`;
    case "connected":
      return event.hosts.length === 0
        ? "connected to no other host"
        : `connected to ${event.hosts.join(", ")}`;
    case "reconciled":
      return event.fetched + event.published === 0
        ? undefined
        : `reconciled: ${event.fetched} taken, ${event.published} sent`;
    case "caught-up":
      return "caught up: everything in reach was compared";
    case "drained":
      return `sent: ${event.count}, nothing waits`;
    case "slowed":
      return `slowed: ${event.source} sends more than is taken of one host; its records wait, others go on`;
    case "let-go":
      return `let go: ${event.count} records${
        event.source === "" ? "" : ` of ${event.source}`
      } that were too many at a time; they are fetched now`;
    case "quarantined":
      return `set aside: ${event.count} records (\`kioku-mesh quarantine\` lists them)`;
    case "refused":
      return `not sent: ${event.id} (${event.scope}): ${event.reason}; again in ${seconds(event.retryMs)} s`;
    case "not-carried":
      return `${event.scope} is carried by no host in reach, so its records wait; declare it on the hub: ` +
        `kioku-mesh scope add ${event.scope}`;
    case "turned-away":
      return `turned away: ${refusalText(event.refusal)}${
        event.again === 0 ? "" : `; and ${event.again} more of these`
      }`;
    case "overwritten":
      return `overwritten: somebody changed all of ${event.pattern} in the storages; it is put again from the database`;
    case "admission":
      return `declared: ${event.scopes.join(", ")}` +
        (event.granted === undefined ? "" : `; certificates that get in: ${event.granted}`);
    case "trouble":
      return event.reason;
  }
}

function refusalText(refusal: Refusal): string {
  switch (refusal.kind) {
    case "link":
      return `a connection (${reasonText(refusal.reason)})`;
    case "expired":
      return `${refusal.from}, whose certificate is over`;
    case "unknown":
      return `router ${refusal.zid}, whose certificate is revoked or not in the ledger: it may do nothing here`;
    case "message": {
      const { cn, zid, what, key, tooLarge } = refusal;
      const who = cn === undefined ? `router ${zid}` : `${cn} (router ${zid})`;
      return `${who}: ${what.toLowerCase()} on ${key}${
        tooLarge ? ", which is too large" : ", which is not granted"
      }`;
    }
  }
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/peer sent no certificates/, "it has no certificate"],
  [/UnknownIssuer/, "its certificate is another authority's"],
  [/certificate expired/, "its certificate is over"],
  [/UnknownCA|BadCertificate|CertificateUnknown/, "it does not accept our certificate"],
];

function reasonText(reason: string): string {
  return REASONS.find(([pattern]) => pattern.test(reason))?.[1] ?? reason;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}
