import { formatTime } from "../../core/time.ts";
import { VERSION } from "../../core/version.ts";
import { listShadowed } from "../../memory/shadowed.ts";
import { quarantineCount, quarantineLoss } from "../../store/quarantine.ts";
import { listFlags } from "../../memory/secrets/flags.ts";
import { stats } from "../../memory/stats.ts";
import { outboxDepth } from "../../store/outbox.ts";
import { readMeta } from "../../store/meta.ts";
import { INDEX_DAMAGED } from "../../memory/search/index.ts";
import { endsSoon } from "../../trust/validity.ts";
import type { OpenMemory } from "../../memory/open.ts";
import type { DataCommand } from "../command.ts";
import { type PeerFacts, peerFacts, peerLines } from "../peer_facts.ts";

/** How many shadowed records are listed at the most (compat cli §1.5). */
const SHADOWS = 50;

/** `kioku-mesh status`: who this is, what is stored, and what needs attention. */
export const status: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .option("--show-shadows", "list records that the Python version had lost sight of")
      .option("--json", "print the result as JSON");
  },
  run({ memory, options, output }) {
    const facts = gather(memory);
    const shadows = options.has("showShadows") ? listShadowed(memory, SHADOWS) : [];
    if (options.has("json")) {
      const listed = shadows.map(({ observation }) => ({
        observation_id: observation.id,
        subject: observation.subject,
      }));
      output.line(JSON.stringify({ ...facts, ...(options.has("showShadows") ? { shadows: listed } : {}) }));
      return 0;
    }
    for (const line of lines(facts)) output.line(line);
    for (const { observation } of shadows) {
      output.line(`  shadowed ${observation.id}  ${observation.subject}`);
    }
    if (options.has("showShadows") && shadows.length === 0) output.line("no shadowed observations.");
    return 0;
  },
};

type Facts = ReturnType<typeof gather>;

function gather(memory: OpenMemory) {
  const { store, identity, settings, folders } = memory;
  const counted = stats(store);
  const outbox = outboxDepth(store);
  const loss = quarantineLoss(store);
  return {
    version: VERSION,
    mode: settings.mode,
    state_dir: folders.state,
    pc_id: identity.pcId,
    session_id: identity.sessionId,
    agent_family: identity.agentFamily,
    agent_family_source: identity.agentFamilySource,
    client_id: identity.clientId,
    client_id_source: identity.clientIdSource,
    scopes: settings.readable,
    pending_puts: outbox.waiting,
    pending_since: outbox.since === undefined ? null : formatTime(outbox.since),
    observations_live: counted.live,
    observations_tombstoned: counted.tombstoned,
    observations_shadowed: counted.shadowed,
    families: Object.fromEntries(counted.families.map(({ name, count }) => [name, count])),
    hosts: Object.fromEntries(counted.hosts.map(({ name, count }) => [name, count])),
    quarantined: quarantineCount(store),
    quarantine_payloads_let_go: loss.letGo,
    quarantine_records_forgotten: loss.forgotten,
    secrets_withheld: listFlags(store).map(({ id, rules }) => ({ observation_id: id, rules })),
    mesh: peerFacts(memory) ?? null,
    certificate: certificateFacts(memory),
    index_damaged: readMeta(store, INDEX_DAMAGED) !== undefined,
  };
}

function certificateFacts({ certificate, clock }: OpenMemory) {
  if (certificate === undefined) return null;
  const { cn, notAfter } = certificate;
  const now = clock();
  return {
    cn,
    not_after: formatTime(notAfter),
    ends_soon: endsSoon(certificate, now),
    ended: notAfter <= now,
  };
}

function certificateLine(certificate: Facts["certificate"]): string[] {
  if (certificate === null) return [];
  const { cn, not_after, ends_soon, ended } = certificate;
  const warning = ended
    ? "; WARNING: it is over, so nobody lets this host in (`kioku-mesh tls renew`)"
    : ends_soon
    ? "; WARNING: that is soon (`kioku-mesh tls renew`)"
    : "";
  return [`certificate: ${cn}, ends ${not_after.slice(0, 10)}${warning}`];
}

// The words of the Python version (compat cli §1.5).
function sessionState(mesh: PeerFacts | null): string {
  if (mesh === null) return "n/a";
  return mesh.router_up ? "connected" : "disconnected";
}

function room(facts: Facts): string {
  const { quarantine_payloads_let_go: letGo, quarantine_records_forgotten: forgotten } = facts;
  if (letGo + forgotten === 0) return "";
  return `; for lack of room ${letGo} without payload, ${forgotten} only counted`;
}

function lines(facts: Facts): string[] {
  const flagged = facts.secrets_withheld;
  return [
    `kioku-mesh version: ${facts.version}`,
    `backend: ${facts.mode}`,
    `state_dir: ${facts.state_dir}`,
    `pc_id: ${facts.pc_id}`,
    `session_id: ${facts.session_id}`,
    `agent_family: ${facts.agent_family} (${facts.agent_family_source})`,
    `client_id: ${facts.client_id} (${facts.client_id_source})`,
    `scopes: ${facts.scopes.join(", ")}`,
    ...certificateLine(facts.certificate),
    `zenoh_session: ${sessionState(facts.mesh)}`,
    ...(facts.mesh === null ? [] : peerLines(facts.mesh)),
    `pending_puts: ${facts.pending_puts}${
      facts.pending_since === null ? "" : ` (oldest since ${facts.pending_since})`
    }`,
    `observations_live: ${facts.observations_live}`,
    `observations_tombstoned: ${facts.observations_tombstoned}`,
    `observations_shadowed: ${facts.observations_shadowed}`,
    `count: ${facts.observations_live}`,
    ...Object.entries(facts.families).map(([name, count]) => `  family ${name}: ${count}`),
    ...Object.entries(facts.hosts).map(([name, count]) => `  pc ${name.slice(0, 8)}: ${count}`),
    ...(facts.quarantined === 0
      ? []
      : [`quarantined: ${facts.quarantined} (\`kioku-mesh quarantine\` lists them)${room(facts)}`]),
    ...(flagged.length === 0
      ? []
      : [`secrets: ${flagged.length} records are kept from the mesh (\`kioku-mesh secrets\` lists them)`]),
    ...(facts.index_damaged ? ["search index: damaged; `kioku-mesh reindex` makes it anew"] : []),
  ];
}
