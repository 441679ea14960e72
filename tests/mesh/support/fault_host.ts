import { findMemory } from "../../../lib/memory/find.ts";
import type { MemoryContext } from "../../../lib/memory/context.ts";
import { DAY } from "../../../lib/core/clock.ts";
import { hex } from "../../../lib/core/random.ts";
import { acknowledge } from "../../../lib/messaging/acknowledge.ts";
import { MESSAGES } from "../../../lib/messaging/exchange.ts";
import { findMail, noteShown } from "../../../lib/messaging/mail.ts";
import { sendMessage } from "../../../lib/messaging/send.ts";
import { readPeerStatus } from "../../../lib/mesh/peer.ts";
import { type TempFolder, tempFolder } from "../../support/folder.ts";
import { ENGINE_FOLDER, lives, until } from "./host.ts";
import { openMemory, recordSet } from "./peers.ts";

/** A fail point and the number of the time that it is passed at which the peer ends. */
export interface FailPoint {
  readonly name: string;
  readonly time: number;
}

/** What runs a peer: arguments and variables for Deno, before what peer_process.ts is told. */
export interface PeerProgram {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The peer of the version under test. */
export const THIS_VERSION: PeerProgram = {
  args: ["run", "--no-check", "-P=mesh", new URL("./peer_process.ts", import.meta.url).pathname],
  env: {},
};

/** A host whose peer is a process that can be killed at any moment, while agents go on using its memory. */
export class FaultHost implements AsyncDisposable {
  readonly folder: TempFolder = tempFolder();
  readonly memory: MemoryContext;
  #process: Deno.ChildProcess | undefined;
  #log = "";
  readonly #delivered = new Set<string>();

  constructor(
    readonly role: "hub" | "spoke",
    readonly port: string,
    readonly connect: string,
    readonly skewMs = 0,
    readonly program: PeerProgram = THIS_VERSION,
  ) {
    const memory = openMemory(this.folder, role, undefined, skewMs);
    const sessionId = `session-${hex(memory.random(4))}`;
    this.memory = { ...memory, identity: { ...memory.identity, sessionId } };
    // Its session begins before anything is sent.
    this.readMail();
  }

  /** Starts the peer if it does not run. */
  start(failPoint?: FailPoint): void {
    if (this.#process !== undefined) return;
    const point = failPoint === undefined ? [] : [failPoint.name, String(failPoint.time)];
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...this.program.args,
        this.folder.path,
        this.role,
        this.port,
        this.connect,
        String(this.skewMs),
        ...point,
      ],
      env: { KIOKU_MESH_ENGINE_DIR: ENGINE_FOLDER ?? "", ...this.program.env },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#process = child;
    void this.#read(child.stderr);
    void child.status.then(() => {
      if (this.#process === child) this.#process = undefined;
    });
  }

  /** Whether the peer's process runs. */
  get runs(): boolean {
    return this.#process !== undefined;
  }

  /** The peer's process. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** The last that the peer said. */
  get log(): string {
    return this.#log.slice(-3_000);
  }

  /** Kills the peer as nothing else can; its router must follow. */
  async kill(): Promise<void> {
    const router = this.router;
    const child = this.#process;
    if (child === undefined) return;
    child.kill("SIGKILL");
    await child.status;
    if (router !== undefined) await until("the router follows its peer", () => !lives(router));
  }

  /** Kills the router, which the peer starts again. */
  killRouter(): void {
    try {
      if (this.router !== undefined) Deno.kill(this.router, "SIGKILL");
    } catch {
      // It is gone already.
    }
  }

  /** The router's process, when there is one. */
  get router(): number | undefined {
    try {
      return JSON.parse(Deno.readTextFileSync(this.folder.at("router", "running.json"))).pid;
    } catch {
      return undefined;
    }
  }

  /** What is here, as hosts compare it. */
  get records(): string[] {
    const messages = MESSAGES.digests(this.memory.store, "mesh", "").map(({ kind, id, hash }) =>
      `${kind}${id} ${hash}`
    );
    return [...recordSet(this.memory), ...messages.sort()];
  }

  /** Sends a message to everybody; gives its id. It is alive by every clock of a test. */
  send(body: string): string {
    return sendMessage(this.memory, {
      to: "mesh",
      subject: "",
      body,
      contentType: undefined,
      replyTo: undefined,
      correlation: undefined,
      ttl: 3 * 365 * DAY,
      requiresAck: true,
      visibility: undefined,
      id: undefined,
    }).message.id;
  }

  /** Reads all mail as an agent does that acknowledges each; fails when a message is new to it a second time. */
  readMail(): void {
    for (;;) {
      const { mail } = findMail(this.memory, {
        limit: 100,
        scopes: ["mesh"],
        since: undefined,
        includeAcked: false,
        includeExpired: false,
      });
      const fresh = mail.filter(({ state }) => state === "new");
      noteShown(this.memory, mail, false);
      for (const { stored } of fresh) {
        const { id } = stored.message;
        if (this.#delivered.has(id)) throw new Error(`message ${id} was delivered twice on a ${this.role}`);
        this.#delivered.add(id);
        acknowledge(this.memory, id);
      }
      if (fresh.length === 0) return;
    }
  }

  /** Whether a message was delivered here, or was sent from here. */
  has(id: string): boolean {
    return this.#delivered.has(id);
  }

  /** The state of a memory here. */
  stateOf(id: string): string {
    try {
      return findMemory(this.memory, id).state;
    } catch {
      return "absent";
    }
  }

  /** How many records still wait to go out. */
  get waiting(): number {
    return this.memory.store.get("SELECT count(*) AS n FROM outbox", [], (row) => Number(row.n)) ?? 0;
  }

  /** What its peer last said of itself. */
  get status(): string {
    return JSON.stringify(readPeerStatus(this.memory.store) ?? null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    this.memory.store.close();
    this.folder[Symbol.dispose]();
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
      this.#log = (this.#log + piece).slice(-20_000);
    }
  }
}
