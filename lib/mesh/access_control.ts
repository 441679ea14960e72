import type { JsonObject } from "../core/json.ts";
import { MESH, type Scope, type ScopeLabel, scopeLabel } from "../core/scope.ts";
import { agentTokens } from "../messaging/agent_token.ts";
import { ALIVE } from "./host_token.ts";
import { alignmentKeys } from "./replication.ts";
import { storagesFor } from "./storages.ts";

/** A certificate that may come in, and whom it stands for. */
export interface Grant {
  /** The only thing of a certificate that the router's access control sees. */
  readonly cn: string;
  /** The host's id; undefined for one that names none, such as Python's. */
  readonly host: string | undefined;
  readonly user: string | undefined;
  readonly teams: readonly string[];
}

/** Whom a router lets do what. */
export interface Access {
  /** Neither revoked nor over. Whoever else comes in may do nothing. */
  readonly grants: readonly Grant[];
  /** The scopes that this host carries; what is granted beyond them says nothing here. */
  readonly scopes: readonly Scope[];
  /** Hosts whose routers have storages that align with ours, by their ids. */
  readonly replicas: readonly string[];
  /** Common names that processes of this host connect with; they may do everything. */
  readonly local: readonly string[];
  /** Whether links without certificates may do everything. Only for a router that listens for such on loopback alone. */
  readonly plain: boolean;
}

/** What a message between routers may be, as access control names it (Zenoh 1.10.2). */
type Message =
  | "put"
  | "delete"
  | "declare_subscriber"
  | "query"
  | "declare_queryable"
  | "reply"
  | "liveliness_token"
  | "liveliness_query"
  | "declare_liveliness_subscriber";

/** From the other host to us, and from us to it. */
type Flow = "ingress" | "egress";

interface Rule {
  readonly id: string;
  readonly permission: "allow";
  readonly flows: readonly Flow[];
  readonly messages: readonly Message[];
  readonly key_exprs: readonly string[];
}

const EVERYTHING: readonly Message[] = [
  "put",
  "delete",
  "declare_subscriber",
  "query",
  "declare_queryable",
  "reply",
  "liveliness_token",
  "liveliness_query",
  "declare_liveliness_subscriber",
];

/**
 * Zenoh's `access_control`: nobody may do anything but what is listed. A holder may put, query and subscribe in the mesh, its
 * user's and its teams' scopes, and gets from us what is there; only a replica may answer queries and align storages. DELETE
 * is for nobody, since we never send one for a record (DESIGN §5). A key's rule must include the whole key expression of a
 * message, so a query that reaches beyond the granted scopes is refused whole.
 */
export function accessControl(access: Access): JsonObject {
  const rules = new Map<string, Rule>();
  const use = (rule: Rule): string => {
    rules.set(rule.id, rule);
    return rule.id;
  };
  const subjects: JsonObject[] = [];
  const policies: JsonObject[] = [];
  const add = (id: string, who: JsonObject, granted: readonly Rule[]) => {
    subjects.push({ id, ...who });
    policies.push({ subjects: [id], rules: granted.map(use) });
  };
  for (const grant of new Map(access.grants.map((one) => [one.cn, one])).values()) {
    add(`holder ${grant.cn}`, certificate(grant.cn), rulesFor(grant, access));
  }
  for (const cn of access.local) add(`local ${cn}`, certificate(cn), [ALL]);
  if (access.plain) add("plain", { link_protocols: ["tcp"] }, [ALL]);
  return {
    enabled: true,
    default_permission: "deny",
    rules: [...rules.values()],
    subjects,
    policies,
  };
}

/** The scopes of a certificate that this host carries. */
export function grantedScopes(grant: Pick<Grant, "user" | "teams">, carried: readonly Scope[]): Scope[] {
  const labels = new Set<ScopeLabel>([
    scopeLabel(MESH),
    ...(grant.user === undefined ? [] : [scopeLabel({ tier: "user", id: grant.user })]),
    ...grant.teams.map((id) => scopeLabel({ tier: "team", id })),
  ]);
  return carried.filter((scope) => labels.has(scopeLabel(scope)));
}

function certificate(cn: string): JsonObject {
  return { cert_common_names: [cn], link_protocols: ["tls", "quic"] };
}

function rulesFor(grant: Grant, { scopes, replicas }: Access): Rule[] {
  const granted = grantedScopes(grant, scopes);
  const replica = grant.host !== undefined && replicas.includes(grant.host);
  return [
    ...granted.flatMap(member),
    ...granted.flatMap((scope) => seeAgents(scope, grant.host)),
    ...(granted.some(({ tier }) => tier === "mesh") ? LEGACY : []),
    ...(replica ? granted.map(align) : []),
    ...SEE_WHO_IS_THERE,
    ...(grant.host === undefined ? [] : [beThere(grant.host)]),
  ];
}

const ALL: Rule = {
  id: "everything",
  permission: "allow",
  flows: ["ingress", "egress"],
  messages: EVERYTHING,
  // What begins with @, such as the admin space, is not among `**`.
  key_exprs: ["**", "@/**"],
};

function member(scope: Scope): Rule[] {
  const label = scopeLabel(scope);
  const key_exprs = [`mem/${label}/**`, `msg/${label}/**`];
  const permission = "allow";
  return [
    {
      id: `send ${label}`,
      permission,
      flows: ["ingress"],
      messages: ["put", "declare_subscriber", "query"],
      key_exprs,
    },
    {
      id: `get ${label}`,
      permission,
      flows: ["egress"],
      messages: ["put", "declare_subscriber", "declare_queryable", "reply"],
      key_exprs,
    },
  ];
}

// The oldest keys name no tier. They are the mesh's and are read, never written (DESIGN §4) but for deletions, which hosts
// that know no other keys are told under these too.
const LEGACY_KEYS = ["mem/obs/**", "mem/tomb/**"];
const LEGACY: readonly Rule[] = [
  {
    id: "delete legacy",
    permission: "allow",
    flows: ["ingress"],
    messages: ["put"],
    key_exprs: ["mem/tomb/**"],
  },
  {
    id: "ask for legacy",
    permission: "allow",
    flows: ["ingress"],
    messages: ["declare_subscriber", "query"],
    key_exprs: LEGACY_KEYS,
  },
  {
    id: "get legacy",
    permission: "allow",
    flows: ["egress"],
    messages: ["put", "declare_subscriber", "declare_queryable", "reply"],
    key_exprs: LEGACY_KEYS,
  },
];

// One scope's storages and no other's: a wider rule would let one user read and poison what another has.
function align(scope: Scope): Rule {
  const keys = storagesFor([scope], "scopes").map(alignmentKeys);
  const label = scopeLabel(scope);
  return {
    id: `align ${label}`,
    permission: "allow",
    flows: ["ingress", "egress"],
    messages: ["put", "declare_subscriber", "query", "declare_queryable", "reply"],
    key_exprs: [
      `mem/${label}/**`,
      `msg/${label}/**`,
      ...keys.flatMap(({ digests, aligner }) => [digests, aligner]),
    ],
  };
}

const SEE_WHO_IS_THERE: readonly Rule[] = [
  {
    id: "ask who is there",
    permission: "allow",
    flows: ["ingress"],
    messages: ["liveliness_query", "declare_liveliness_subscriber"],
    key_exprs: [`${ALIVE}/**`],
  },
  {
    id: "hear who is there",
    permission: "allow",
    flows: ["egress"],
    messages: ["liveliness_token", "liveliness_query", "declare_liveliness_subscriber"],
    key_exprs: [`${ALIVE}/**`],
  },
];

// Who works on what is shown to those alone who may read the scope, and only under the host's own name.
function seeAgents(scope: Scope, host: string | undefined): Rule[] {
  const label = scopeLabel(scope);
  const key_exprs = [agentTokens(label)];
  const permission = "allow";
  return [
    {
      id: `ask for agents of ${label}`,
      permission,
      flows: ["ingress"],
      messages: ["liveliness_query", "declare_liveliness_subscriber"],
      key_exprs,
    },
    {
      id: `hear of agents of ${label}`,
      permission,
      flows: ["egress"],
      messages: ["liveliness_token", "liveliness_query", "declare_liveliness_subscriber"],
      key_exprs,
    },
    ...(host === undefined ? [] : [
      {
        id: `show agents of ${host} to ${label}`,
        permission,
        flows: ["ingress"],
        messages: ["liveliness_token"],
        key_exprs: [agentTokens(label, host)],
      } satisfies Rule,
    ]),
  ];
}

function beThere(host: string): Rule {
  return {
    id: `be there as ${host}`,
    permission: "allow",
    flows: ["ingress"],
    messages: ["liveliness_token"],
    key_exprs: [`${ALIVE}/${host}/**`],
  };
}
