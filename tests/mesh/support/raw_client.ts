import { isObject, type JsonObject } from "../../../lib/core/json.ts";
import { python } from "../../support/python_package.ts";
import { soon } from "./host.ts";

/** What a client that keeps to no rules is run with. */
export interface RawParts {
  readonly endpoint: string;
  /** Paths of PEM files; no certificate without. */
  readonly tls?: { readonly ca: string; readonly certificate?: string; readonly key?: string };
  readonly mode?: "client" | "peer" | "router";
}

/** A Zenoh client of Python's package, as an attacker has it: it is told what to do and says what it saw. */
export interface RawClient extends AsyncDisposable {
  readonly zid: string;
  /** Puts text under a key; as it is, with all that Zenoh allows in a key. */
  put(key: string, payload: string): Promise<void>;
  /** Puts `count` texts of `size` bytes under the key with a number from `from` on for `{}`. */
  flood(key: string, count: number, size: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** What storages and others answer, as key and text. */
  get(selector: string): Promise<[string, string][]>;
  /** Subscribes; what comes is in `seen`. */
  subscribe(key: string): Promise<void>;
  /** Answers every question under the key with the text. */
  answer(key: string, payload: string): Promise<void>;
  /** Shows that it is there under the key. */
  beThere(key: string): Promise<void>;
  /** Keys under which others show that they are there. */
  whoIsThere(selector: string): Promise<string[]>;
  /** What subscriptions have brought so far, as key and text. */
  seen(): Promise<[string, string][]>;
  /** Ids of the routers that it has a session with. */
  routers(): Promise<string[]>;
}

/** Starts a client. Rejects with what it said when it gets no session. */
export async function startRawClient(parts: RawParts): Promise<RawClient> {
  const child = new Deno.Command(python(), {
    args: ["-u", "-c", SCRIPT, JSON.stringify(parts)],
    clearEnv: true,
    env: { RUST_LOG: "error" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new LineStream()).getReader();
  const errors = new Response(child.stderr).text();
  const input = child.stdin.getWriter();
  const read = async (): Promise<JsonObject> => {
    const { value } = await soon(lines.read(), 20_000, "the raw client's answer");
    if (value === undefined) throw new Error(`the raw client ended: ${await errors}`);
    const answer: unknown = JSON.parse(value);
    if (!isObject(answer)) throw new Error(`the raw client said ${value}`);
    if (typeof answer.error === "string") throw new Error(answer.error);
    return answer;
  };
  const end = async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await child.status;
    await lines.cancel().catch(() => {});
    await input.abort().catch(() => {});
    await errors;
  };
  const ask = async (what: string, ...args: readonly (string | number)[]): Promise<unknown> => {
    await input.write(new TextEncoder().encode(`${JSON.stringify([what, ...args])}\n`));
    return (await read()).result;
  };
  try {
    const { zid } = await read();
    return {
      zid: String(zid),
      put: async (key, payload) => void await ask("put", key, payload),
      flood: async (key, count, size) => void await ask("flood", key, count, size),
      delete: async (key) => void await ask("delete", key),
      get: async (selector) => pairs(await ask("get", selector)),
      subscribe: async (key) => void await ask("subscribe", key),
      answer: async (key, payload) => void await ask("answer", key, payload),
      beThere: async (key) => void await ask("be_there", key),
      whoIsThere: async (selector) => pairs(await ask("who_is_there", selector)).map(([key]) => key),
      seen: async () => pairs(await ask("seen")),
      routers: async () => pairs(await ask("routers")).map(([zid]) => zid),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

function pairs(value: unknown): [string, string][] {
  if (!Array.isArray(value)) throw new Error(`no list: ${JSON.stringify(value)}`);
  return value.map((pair) => [String(pair[0]), String(pair[1])]);
}

class LineStream extends TransformStream<string, string> {
  constructor() {
    let rest = "";
    super({
      transform(text, controller) {
        const all = (rest + text).split("\n");
        rest = all.pop() ?? "";
        for (const line of all) controller.enqueue(line);
      },
    });
  }
}

const SCRIPT = `
import json, sys, zenoh
parts = json.loads(sys.argv[1])
def say(**what):
    sys.stdout.write(json.dumps(what) + "\\n")
    sys.stdout.flush()
config = zenoh.Config()
def set(path, value):
    config.insert_json5(path, json.dumps(value))
set("mode", parts.get("mode", "client"))
set("connect/endpoints", [parts["endpoint"]])
set("scouting/multicast/enabled", False)
set("connect/timeout_ms", 3000)
set("connect/exit_on_failure", True)
if parts.get("mode", "client") != "client":
    set("listen/endpoints", [])
tls = parts.get("tls")
if tls:
    set("transport/link/tls/root_ca_certificate", tls["ca"])
    if tls.get("certificate"):
        set("transport/link/tls/enable_mtls", True)
        set("transport/link/tls/connect_certificate", tls["certificate"])
        set("transport/link/tls/connect_private_key", tls["key"])
try:
    session = zenoh.open(config)
except Exception as error:
    say(error="no session: " + str(error))
    sys.exit(0)
say(zid=str(session.zid()))
kept = []
samples = []
def answers(replies):
    return [[str(reply.ok.key_expr), reply.ok.payload.to_bytes().decode("utf-8", "replace")] for reply in replies if reply.ok]
def put(key, payload):
    session.put(key, payload, congestion_control=zenoh.CongestionControl.BLOCK)
def flood(key, count, size):
    payload = "x" * size
    for n in range(count):
        session.put(key.replace("{}", f"{n:032x}"), payload, congestion_control=zenoh.CongestionControl.BLOCK)
def delete(key):
    session.delete(key, congestion_control=zenoh.CongestionControl.BLOCK)
def get(selector):
    return answers(session.get(selector, target=zenoh.QueryTarget.ALL, consolidation=zenoh.ConsolidationMode.NONE, timeout=5.0))
def subscribe(key):
    kept.append(session.declare_subscriber(key, lambda sample: samples.append([str(sample.key_expr), sample.payload.to_bytes().decode("utf-8", "replace")])))
def answer(key, payload):
    def reply(query):
        with query:
            target = query.key_expr if "*" not in str(query.key_expr) else key.replace("/**", "/poison")
            query.reply(target, payload)
    kept.append(session.declare_queryable(key, reply, complete=True))
def be_there(key):
    kept.append(session.liveliness().declare_token(key))
def who_is_there(selector):
    return answers(session.liveliness().get(selector, timeout=5.0))
def seen():
    return list(samples)
def routers():
    return [[str(zid), ""] for zid in session.info.routers_zid()]
for line in sys.stdin:
    what, *args = json.loads(line)
    try:
        say(result=globals()[what](*args))
    except Exception as error:
        say(error=str(error))
`;
