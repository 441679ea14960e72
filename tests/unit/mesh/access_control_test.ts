import assert from "node:assert/strict";
import { isObject, isTextList } from "../../../lib/core/json.ts";
import { MESH, type Scope, scopeLabel } from "../../../lib/core/scope.ts";
import { type Access, accessControl } from "../../../lib/mesh/access_control.ts";
import { alignmentKeys } from "../../../lib/mesh/replication.ts";
import { storagesFor } from "../../../lib/mesh/storages.ts";
import { seededNumbers } from "../../support/random.ts";

const HOST = "0123456789abcdef0123456789abcdef";
const SCOPES: Scope[] = [
  MESH,
  { tier: "user", id: "alice" },
  { tier: "user", id: "bob" },
  { tier: "team", id: "acme" },
  { tier: "team", id: "ops" },
];

interface Rule {
  readonly flows: readonly string[];
  readonly messages: readonly string[];
  readonly keys: readonly string[];
}

/** The rules that a subject gets, read back from what is rendered. */
function rulesOf(access: Access, subject: string): Rule[] {
  const { rules, policies, default_permission, enabled } = accessControl(access);
  assert.deepEqual([enabled, default_permission], [true, "deny"]);
  assert.ok(Array.isArray(rules) && Array.isArray(policies));
  const ids = policies.filter(({ subjects }) => subjects.includes(subject)).flatMap((policy) => policy.rules);
  return ids.map((id) => {
    const found: unknown = rules.find((rule) => rule.id === id);
    assert.ok(isObject(found), `${id} is defined`);
    const { flows, messages, key_exprs, permission } = found;
    assert.ok(isTextList(flows) && isTextList(messages) && isTextList(key_exprs));
    assert.equal(permission, "allow");
    return { flows, messages, keys: key_exprs };
  });
}

function access(given: Partial<Access>): Access {
  return { grants: [], scopes: SCOPES, replicas: [], local: [], plain: false, ...given };
}

Deno.test("no holder of a certificate gets a key outside the scopes that it is granted and that are carried", () => {
  const seed = 7;
  const next = seededNumbers(seed);
  const pick = (scopes: readonly Scope[]) => scopes.filter(() => next() < 0.5);
  for (let round = 0; round < 200; round++) {
    const user = next() < 0.5 ? "alice" : undefined;
    const teams = pick(SCOPES).filter(({ tier }) => tier === "team").map(({ id }) => id);
    const carried = [MESH, ...pick(SCOPES.slice(1))];
    const replicas = next() < 0.5 ? [HOST] : [];
    const allowed = carried.filter(({ tier, id }) =>
      tier === "mesh" || (tier === "user" ? id === user : teams.includes(id))
    );
    const grant = { cn: "one-1", host: HOST, user, teams };
    const keys = rulesOf(access({ grants: [grant], scopes: carried, replicas }), "holder one-1").flatMap((
      rule,
    ) => rule.keys);
    const expected = [
      ...allowed.flatMap((scope) => [
        `mem/${scopeLabel(scope)}/**`,
        `msg/${scopeLabel(scope)}/**`,
        `kioku/agent/${scopeLabel(scope)}/**`,
        `kioku/agent/${scopeLabel(scope)}/${HOST}/**`,
      ]),
      "mem/obs/**",
      "mem/tomb/**",
      "kioku/peer/**",
      `kioku/peer/${HOST}/**`,
      ...(replicas.length === 0 ? [] : storagesFor(allowed, "scopes").map(alignmentKeys).flatMap((one) => [
        one.digests,
        one.aligner,
      ])),
    ];
    assert.deepEqual(
      [...new Set(keys)].sort(),
      [...new Set(expected)].sort(),
      `seed ${seed}, round ${round}`,
    );
  }
});

Deno.test("no holder deletes, only replicas answer, and nobody is there in another's name", () => {
  const plain = { cn: "one-1", host: HOST, user: "alice", teams: ["acme"] };
  const replica = { cn: "two-2", host: "f".repeat(32), user: undefined, teams: [] };
  const nobody = { cn: "three-3", host: undefined, user: undefined, teams: [] };
  const given = access({ grants: [plain, replica, nobody], replicas: ["f".repeat(32)] });
  const may = (subject: string, flow: string, message: string) =>
    rulesOf(given, subject).filter(({ flows, messages }) =>
      flows.includes(flow) && messages.includes(message)
    )
      .flatMap(({ keys }) => keys);
  for (const subject of ["holder one-1", "holder two-2", "holder three-3"]) {
    for (const flow of ["ingress", "egress"]) assert.deepEqual(may(subject, flow, "delete"), []);
    assert.ok(!may(subject, "ingress", "put").some((key) => key.startsWith("mem/obs")));
  }
  for (const message of ["reply", "declare_queryable"]) {
    assert.deepEqual(may("holder one-1", "ingress", message), []);
    assert.ok(may("holder two-2", "ingress", message).includes("mem/mesh/**"));
  }
  assert.deepEqual(may("holder one-1", "ingress", "liveliness_token"), [
    ...["mesh", "user/alice", "team/acme"].map((label) => `kioku/agent/${label}/${HOST}/**`),
    `kioku/peer/${HOST}/**`,
  ]);
  assert.deepEqual(may("holder three-3", "ingress", "liveliness_token"), []);
  assert.ok(may("holder one-1", "ingress", "query").includes("mem/team/acme/**"));
});

Deno.test("a certificate is one subject, and links without one are none unless they are asked for", () => {
  const grant = { cn: "one-1", host: HOST, user: undefined, teams: [] };
  const { subjects } = accessControl(access({ grants: [grant, grant] }));
  assert.deepEqual(subjects, [{
    id: "holder one-1",
    cert_common_names: ["one-1"],
    link_protocols: ["tls", "quic"],
  }]);
  const open = access({ grants: [grant], local: ["me-9"], plain: true });
  for (const subject of ["local me-9", "plain"]) {
    assert.deepEqual(rulesOf(open, subject).flatMap(({ keys }) => keys), ["**", "@/**"]);
  }
  const { subjects: all } = accessControl(open);
  assert.deepEqual(Array.isArray(all) ? all.at(-1) : undefined, { id: "plain", link_protocols: ["tcp"] });
});
