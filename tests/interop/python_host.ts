import { DatabaseSync } from "node:sqlite";
import JSON5 from "json5";
import type { LinkTls } from "../../lib/mesh/router_config.ts";
import { text } from "../../lib/store/row.ts";
import { ENGINE_FOLDER, soon } from "../mesh/support/host.ts";
import { type TempFolder, tempFolder } from "../support/folder.ts";
import { python, type Variables } from "../support/python_package.ts";

/** A command of Python's takes half a second; one that asks the mesh waits for answers up to 30 s. Milliseconds. */
const LONGEST = 40_000;

/** Records by their ids. */
export type Payloads = ReadonlyMap<string, string>;

/** A host with Python 1.2.0 in a home of its own, whose client session is with the router at `endpoint`. */
export class PythonHost implements Disposable {
  readonly #folder: TempFolder = tempFolder();
  readonly #variables: Variables;

  constructor(endpoint: string, variables: Variables = {}) {
    this.#variables = {
      HOME: this.#folder.path,
      KIOKU_MESH_AGENT_FAMILY: "claude",
      KIOKU_MESH_BACKEND: "zenoh",
      KIOKU_MESH_STATE_DIR: this.#folder.at("state"),
      ZENOH_CONNECT: endpoint,
      ...variables,
    };
  }

  /** Where its certificates are. */
  get tlsFolder(): string {
    return this.#folder.at(".config", "kioku-mesh", "tls");
  }

  /** Runs a command of Python's kioku-mesh; gives what it printed. */
  run(...args: readonly string[]): Promise<string> {
    return this.#python(["-m", "kioku_mesh", ...args]);
  }

  /** Runs a script that uses Python's library; gives what it printed, read as JSON. */
  async script(code: string, ...args: readonly string[]): Promise<unknown> {
    return JSON.parse(await this.#python(["-c", code, ...args]));
  }

  /** Saves; gives the id. */
  async save(content: string, ...options: readonly string[]): Promise<string> {
    const printed = await this.run("save", content, "--subject", "s", "--summary", "t", ...options);
    const id = /[0-9a-f]{32}/.exec(printed)?.[0];
    if (id === undefined) throw new Error(`Python printed no id: ${printed}`);
    return id;
  }

  /** What its index shows: live records. */
  payloads(): Payloads {
    return livePayloads(
      this.#folder.at("state", "index.db"),
      "SELECT observation_id AS id, payload_json AS payload FROM obs_index " +
        "WHERE deleted_at IS NULL AND shadowed_at IS NULL",
    );
  }

  /** The observations that the storages in reach of its router answer with, or its own router's; as the bytes came. */
  async stored(whose: "all" | "own" = "all"): Promise<Payloads> {
    const lines = await this.#python(["-c", STORED, this.#variables.ZENOH_CONNECT ?? "", whose]);
    return new Map(
      lines.split("\n").filter((line) => line !== "").map((line) => {
        const [id, payload] = JSON.parse(line);
        return [String(id), String(payload)];
      }),
    );
  }

  /** Starts a router of its own, as `init` of Python's configures it; resolves when its storage takes records. */
  startRouter(...init: readonly string[]): Promise<AsyncDisposable> {
    return this.startSecuredRouter(undefined, ...init);
  }

  /** The same with certificates for its links to the hub at `tls.connect`. */
  async startSecuredRouter(
    tls: (LinkTls & { readonly connect: string }) | undefined,
    ...init: readonly string[]
  ): Promise<AsyncDisposable> {
    await this.run("init", ...init);
    const path = this.#folder.at(".config", "kioku-mesh", "zenohd.json5");
    if (tls !== undefined) {
      const config = JSON5.parse(Deno.readTextFileSync(path));
      Deno.writeTextFileSync(path, JSON.stringify({ ...config, ...secured(tls) }));
    }
    const child = new Deno.Command(`${ENGINE_FOLDER}/zenohd`, {
      // Scouting would find whatever mesh this machine is part of.
      args: ["-c", path, "--no-multicast-scouting"],
      cwd: ENGINE_FOLDER ?? "",
      env: { HOME: this.#folder.path, ZENOH_BACKEND_ROCKSDB_ROOT: this.#folder.at("rocksdb") },
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const stop = async () => {
      child.kill("SIGKILL");
      await child.status;
    };
    try {
      await this.#python(["-c", READY, this.#variables.ZENOH_CONNECT ?? ""]);
    } catch (error) {
      await stop();
      throw error;
    }
    return { [Symbol.asyncDispose]: stop };
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }

  async #python(args: readonly string[]): Promise<string> {
    const child = new Deno.Command(python(), {
      args: [...args],
      env: { ...this.#variables },
      cwd: this.#folder.path,
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const ended = child.output();
    try {
      const { success, stdout, stderr } = await soon(ended, LONGEST, `Python's ${args.join(" ")}`);
      if (success) return new TextDecoder().decode(stdout);
      throw new Error(`Python's ${args.join(" ")} failed: ${new TextDecoder().decode(stderr)}`);
    } catch (error) {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await ended;
      throw error;
    }
  }
}

// What Python's own `init --tls` writes; on loopback it leaves links plain.
function secured({ connect, ca, certificate, key }: LinkTls & { connect: string }): Record<string, unknown> {
  const tls = {
    root_ca_certificate: ca,
    enable_mtls: true,
    verify_name_on_connect: true,
    listen_private_key: key,
    listen_certificate: certificate,
    connect_private_key: key,
    connect_certificate: certificate,
  };
  return { connect: { endpoints: [connect] }, transport: { link: { tls } } };
}

/** Records that a database file shows, by a query for `id` and `payload`. */
export function livePayloads(path: string, query: string): Payloads {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return new Map(db.prepare(query).all().map((row) => [text(row, "id"), text(row, "payload")]));
  } finally {
    db.close();
  }
}

/** How a script in Python configures a client session with the router that its first argument names. */
export const SESSION = `import json, sys, time, zenoh
config = zenoh.Config()
config.insert_json5("mode", '"client"')
config.insert_json5("connect/endpoints", json.dumps([sys.argv[1]]))
config.insert_json5("scouting/multicast/enabled", "false")
`;

const STORED = `${SESSION}
with zenoh.open(config) as session:
    router = str(session.info.routers_zid()[0])
    everyone = zenoh.ConsolidationMode.NONE
    for reply in session.get("mem/**/obs/**", target=zenoh.QueryTarget.ALL, consolidation=everyone, timeout=10.0):
        if sys.argv[2] == "own" and str(reply.replier_id.zid) != router:
            continue
        id = str(reply.ok.key_expr).rsplit("/", 1)[1]
        print(json.dumps([id, bytes(reply.ok.payload).decode()]))
`;

// A storage is listed once it takes what is put. Until the router listens, opening a session fails at once.
const READY = `${SESSION}
over = time.monotonic() + 20
def ready():
    try:
        with zenoh.open(config) as session:
            zid = session.info.routers_zid()[0]
            keys = f"@/{zid}/router/status/plugins/storage_manager/storages/agent_mem"
            return any(reply.ok for reply in session.get(keys, timeout=2.0))
    except zenoh.ZError:
        return False
while not ready():
    if time.monotonic() > over:
        sys.exit("the storage is not there")
    time.sleep(0.05)
`;
