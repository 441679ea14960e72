import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { TextLineStream } from "../local/lines.ts";
import { tempFolder } from "../../tests/support/folder.ts";
import { python } from "../../tests/support/python_package.ts";

const SCRIPT = fileURLToPath(new URL("./python_client.py", import.meta.url));

/** A host with Python 1.2.0, whose client keeps a session with a router of ours. */
export class PythonClient implements AsyncDisposable {
  readonly #folder = tempFolder();
  readonly #endpoint: string;
  #process: Deno.ChildProcess | undefined;
  #input: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #lines: ReadableStreamDefaultReader<string> | undefined;
  #index: DatabaseSync | undefined;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  /** Starts it, and waits until it has aligned its index, as it does at a start, and follows what comes. */
  async start(): Promise<void> {
    const child = new Deno.Command(python(), {
      args: [SCRIPT],
      cwd: this.#folder.path,
      clearEnv: true,
      env: {
        HOME: this.#folder.path,
        KIOKU_MESH_AGENT_FAMILY: "bench",
        KIOKU_MESH_BACKEND: "zenoh",
        KIOKU_MESH_STATE_DIR: this.#folder.at("state"),
        ZENOH_CONNECT: this.#endpoint,
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#process = child;
    this.#input = child.stdin.getWriter();
    this.#lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
      .getReader();
    await this.#line();
    this.#index ??= new DatabaseSync(this.#folder.at("state", "index.db"), { readOnly: true });
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Saves; gives the id. */
  save(content: string): Promise<string> {
    return this.#ask(`save ${content}`);
  }

  /** Saves so many; gives how long each took, in milliseconds, sorted. */
  async burst(count: number): Promise<number[]> {
    const times: number[] = JSON.parse(await this.#ask(`burst ${count}`));
    return times.sort((one, other) => one - other);
  }

  /** Whether its index shows a record. */
  has(id: string): boolean {
    return this.#count("SELECT count(*) AS n FROM obs_index WHERE observation_id = ?", id) > 0;
  }

  /** How many records its index shows. */
  get count(): number {
    return this.#count("SELECT count(*) AS n FROM obs_index");
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined) return;
    child.kill("SIGKILL");
    await child.status;
    await this.#lines?.cancel();
    await this.#input?.abort().catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.#index?.close();
    this.#folder[Symbol.dispose]();
  }

  async #ask(line: string): Promise<string> {
    await this.#input?.write(new TextEncoder().encode(`${line}\n`));
    return await this.#line();
  }

  async #line(): Promise<string> {
    const { value } = await this.#lines?.read() ?? {};
    if (value === undefined) throw new Error("Python's client ended");
    return value;
  }

  #count(sql: string, ...values: string[]): number {
    return Number(this.#index?.prepare(sql).get(...values)?.n ?? 0);
  }
}
