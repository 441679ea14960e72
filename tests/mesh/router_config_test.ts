import assert from "node:assert/strict";
import { isObject, type JsonObject } from "../../lib/core/json.ts";
import { MESH, type Scope } from "../../lib/core/scope.ts";
import { parseEndpoints } from "../../lib/mesh/endpoint.ts";
import { renderRouterConfig, type RouterConfig } from "../../lib/mesh/router_config.ts";
import { storagesFor } from "../../lib/mesh/storages.ts";

const ALICE: Scope = { tier: "user", id: "alice" };
const ACME: Scope = { tier: "team", id: "acme" };
const ROCKSDB = (dir: string) => ({ id: "rocksdb", dir, create_db: true });

const config: RouterConfig = {
  listen: parseEndpoints(["127.0.0.1", "tls/[fd00::1]:7448"]),
  connect: [],
  storages: storagesFor([MESH, ALICE, ACME], "scopes"),
  volume: "rocksdb",
  tls: undefined,
  access: undefined,
  engine: { folder: "/engine", remoteApi: "/engine/a.so", storageManager: "/engine/b.so" },
  loopback: { port: 4711, certificate: "/state/c.pem", key: '/state/"k".pem' },
};

/** The value at a path of member names in what is rendered. */
function rendered(given: Partial<RouterConfig>, ...path: string[]): unknown {
  let value: unknown = JSON.parse(renderRouterConfig({ ...config, ...given }));
  for (const name of path) value = isObject(value) ? value[name] : undefined;
  return value;
}

const storages = (given: Partial<RouterConfig>): JsonObject => {
  const value = rendered(given, "plugins", "storage_manager", "storages");
  return isObject(value) ? value : {};
};

Deno.test("each scope's storages are those of compat data §6", () => {
  const replication = { interval: 10, sub_intervals: 5, hot: 6, warm: 30, propagation_delay: 250 };
  const storage = (key_expr: string, strip_prefix: string, dir: string) => {
    return { key_expr, strip_prefix, replication, volume: ROCKSDB(dir) };
  };
  assert.deepEqual(storages({}), {
    mesh_store: storage("mem/mesh/**", "mem", "mesh"),
    user_alice_store: storage("mem/user/alice/**", "mem/user/alice", "user_alice"),
    team_acme_store: storage("mem/team/acme/**", "mem/team/acme", "team_acme"),
    msg_mesh_store: storage("msg/mesh/**", "msg", "msg_mesh"),
    msg_user_alice_store: storage("msg/user/alice/**", "msg/user/alice", "msg_user_alice"),
    msg_team_acme_store: storage("msg/team/acme/**", "msg/team/acme", "msg_team_acme"),
  });
});

Deno.test("the single layout has Python's broad storage in their place", () => {
  const found = storages({ storages: storagesFor([MESH, ALICE], "single") });
  assert.deepEqual(Object.keys(found), ["agent_mem", "msg_mesh_store", "msg_user_alice_store"]);
  const { agent_mem } = found;
  assert.ok(isObject(agent_mem));
  assert.deepEqual([agent_mem.key_expr, agent_mem.strip_prefix, agent_mem.volume], [
    "mem/**",
    "mem",
    ROCKSDB("agent_mem"),
  ]);
});

Deno.test("no two scopes share a storage, whatever their ids", () => {
  const ids = ["a", "A", "mesh", "store", "a_store", "a.b", "a-b", "a_b", "0", "x".repeat(64), "obs", "a.."];
  const scopes = [MESH, ...ids.flatMap((id): Scope[] => [{ tier: "user", id }, { tier: "team", id }])];
  const found = storagesFor([...scopes, ...scopes], "scopes");
  assert.equal(found.length, 2 * scopes.length);
  for (const member of ["name", "keys", "folder"] as const) {
    assert.equal(new Set(found.map((storage) => storage[member])).size, found.length, member);
  }
});

Deno.test("a spoke without storages loads no storage manager", () => {
  assert.equal(rendered({ storages: [] }, "plugins", "storage_manager"), undefined);
  assert.ok(isObject(rendered({ storages: [] }, "plugins", "remote_api")));
});

Deno.test("storages that are tried out stay in memory", () => {
  for (const storage of Object.values(storages({ volume: "memory" }))) {
    assert.ok(isObject(storage));
    assert.deepEqual(storage.volume, { id: "memory" });
  }
});

Deno.test("a router finds nobody by itself, takes no orders and loads only the verified engine", () => {
  assert.deepEqual(rendered({}, "scouting"), { multicast: { enabled: false }, gossip: { enabled: false } });
  assert.deepEqual(rendered({}, "adminspace", "permissions"), { read: true, write: false });
  assert.deepEqual(rendered({}, "plugins_loading", "search_dirs"), ["/engine"]);
  assert.deepEqual(rendered({}, "plugins", "remote_api"), {
    __required__: true,
    __path__: ["/engine/a.so"],
    websocket_port: "127.0.0.1:4711",
    secure_websocket: { certificate_path: "/state/c.pem", private_key_path: '/state/"k".pem' },
  });
  assert.deepEqual(rendered({}, "listen", "endpoints"), ["tcp/127.0.0.1:7447", "tls/[fd00::1]:7448"]);
});

Deno.test("links are secured as Python's version does", () => {
  const tls = { ca: "/tls/ca.crt", certificate: "/tls/peer.crt", key: "/tls/peer.key" };
  assert.equal(rendered({}, "transport", "link", "tls"), undefined);
  assert.deepEqual(rendered({ tls }, "transport", "link", "tls"), {
    root_ca_certificate: "/tls/ca.crt",
    enable_mtls: true,
    verify_name_on_connect: true,
    close_link_on_expiration: true,
    listen_private_key: "/tls/peer.key",
    listen_certificate: "/tls/peer.crt",
    connect_private_key: "/tls/peer.key",
    connect_certificate: "/tls/peer.crt",
  });
});
