import assert from "node:assert/strict";
import { type Refusal, RefusalCounts, RefusalReader } from "../../../lib/mesh/refusals.ts";

const AT = "2026-11-25T00:55:14.981256Z";
const ACCESS = "zenoh::net::routing::interceptor::access_control:";
const ZID = "1e91bc0e299bc6ffb701e2a436dcbd3a";
const WHO = `${ZID} on Interface(lo)+CertCommonName(bob-03)+Transport(Tls)+${ZID}`;

const trace = (thread: number, text: string) =>
  `${AT} TRACE  rx-${thread} ThreadId(0${thread}) ${ACCESS} ${text}`;
const stopped = (thread: number) =>
  `${AT} TRACE  rx-${thread} ThreadId(0${thread}) zenoh::net::routing::interceptor: Msg intercepted!`;

/** What the lines tell, in their order; a line that is kept in the log as it is counts as "kept". */
function read(...lines: readonly string[]): (Refusal | "kept")[] {
  const reader = new RefusalReader();
  return lines.map((line) => reader.read(line) ?? "kept").filter((one) => one !== "noise");
}

Deno.test("a refused message is told once, with whoever sent it, what and where", () => {
  const found = read(
    trace(8, `${WHO} is unauthorized to Put (ingress) on mem/user/alice/obs/a b/c (ingress) on d`),
    stopped(8),
    stopped(8),
  );
  const message = { kind: "message", cn: "bob-03", zid: ZID, what: "Put", tooLarge: false } as const;
  assert.deepEqual(found, [{ ...message, key: "mem/user/alice/obs/a b/c (ingress) on d" }]);
});

Deno.test("what several threads say is kept apart, and a name is remembered for its router's id", () => {
  const found = read(
    trace(1, `${WHO} is authorized to Put (ingress) on mem/mesh/a`),
    trace(2, `Using cached result: ${ZID} is unauthorized to Query (ingress) on mem/**`),
    trace(1, `Using cached result: abc is authorized to Put (ingress) on mem/mesh/b`),
    stopped(2),
    stopped(1),
  );
  assert.deepEqual(found, [
    { kind: "message", cn: "bob-03", zid: ZID, what: "Query", key: "mem/**", tooLarge: false },
    { kind: "message", cn: undefined, zid: "abc", what: "Put", key: "mem/mesh/b", tooLarge: true },
  ]);
});

Deno.test("what is only weighed, let through, not sent on, or said by every router is no refusal", () => {
  assert.deepEqual(
    read(
      trace(1, "ACL (ingress): caching permissions for `mem/mesh` ..."),
      trace(1, `${WHO} is unauthorized to Delete (ingress) on mem/mesh`),
      trace(1, `${WHO} is authorized to Put (ingress) on mem/mesh`),
      trace(1, `${WHO} is unauthorized to Declare Subscriber (egress) on mem/user/alice/**`),
      stopped(1),
      trace(1, `${WHO} is unauthorized to Declare Queryable (ingress) on @/${ZID}/router/**`),
      stopped(1),
      `${AT} DEBUG main ThreadId(01) ${ACCESS} Access control is enabled`,
    ),
    [],
  );
  const other = `${AT}  WARN tokio-1 ThreadId(01) zenoh::net::runtime: Unable to connect`;
  assert.deepEqual(read(other, "anything"), ["kept", "kept"]);
});

Deno.test("links that are refused or end are told", () => {
  const unicast = "zenoh_link_tls::unicast:";
  assert.deepEqual(
    read(
      `${AT}  WARN acc-0 ThreadId(06) ${unicast} peer sent no certificates. Hint: increase the system open file limit.`,
      `${AT}  WARN acc-0 ThreadId(06) ${unicast} Unable to set LINGER option on TLS link a => b: c`,
      `${AT}  INFO acc-0 ThreadId(05) ${ACCESS} ${ZID} did not match any configured ACL subject. Default permission ` +
        "`Deny` will be applied on all messages",
      `${AT}  WARN acc-0 ThreadId(05) zenoh_link_commons::tls::expiration: Closing TLS link 127.0.0.1:1 => ` +
        "127.0.0.1:2 : remote certificate chain expired",
    ),
    [
      { kind: "link", reason: "peer sent no certificates" },
      "kept",
      { kind: "unknown", zid: ZID },
      { kind: "expired", from: "127.0.0.1:2" },
    ],
  );
});

Deno.test("the same is told once a minute, with how often, and thousands of kinds as one", () => {
  let now = 1;
  const told: [string, number][] = [];
  const counts = new RefusalCounts(() => now, (refusal, again) => {
    told.push([refusal.kind === "message" ? refusal.key : refusal.kind, again]);
  });
  const message = (key: string): Refusal => ({
    kind: "message",
    cn: "bob-03",
    zid: ZID,
    what: "Put",
    key,
    tooLarge: false,
  });
  for (let n = 0; n < 1000; n++) counts.add(message(`mem/user/alice/obs/${n}`));
  counts.add(message("mem/user/carol/obs/1"));
  assert.deepEqual(told, [["mem/user/alice/obs/0", 0], ["mem/user/carol/obs/1", 0]]);
  now += 60_000_000;
  counts.add(message("mem/user/alice/obs/x"));
  assert.deepEqual(told.at(-1), ["mem/user/alice/obs/x", 1000]);
  told.length = 0;
  for (let n = 0; n < 5000; n++) counts.add(message(`mem/user/${n}/obs/1`));
  assert.ok(told.length < 250, `${told.length} lines`);
  assert.equal(counts.total, 6002);
});
