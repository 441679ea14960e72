import { join, resolve } from "node:path";
import { loadConfiguration } from "../../core/configuration.ts";
import { Failure, KiokuError, messageOf } from "../../core/errors.ts";
import { isFile, isFolder } from "../../core/files.ts";
import { DATABASE_FILE, findFolders } from "../../core/paths.ts";
import { hex } from "../../core/random.ts";
import { type Stats, stats } from "../../memory/stats.ts";
import { forgetPeerStatus } from "../../mesh/peer_status.ts";
import { type Health, Held } from "../../store/exclusive.ts";
import { openStore } from "../../store/open.ts";
import { configParts, DATABASE_PART, HOST_ID_PART } from "../backup/parts.ts";
import { putBack, requireRoom, type Restored } from "../backup/put_back.ts";
import { unpackBackup, type Unpacked } from "../backup/read.ts";
import type { SetupCall, SetupCommand } from "../command.ts";
import { keepOnly } from "../lockdown.ts";

/** `kioku-mesh restore`: brings back what a backup holds, on this host or on a new one. */
export const restore: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration
      .argument("<file>", "what `kioku-mesh backup` wrote")
      .option(
        "--same-host",
        "this host goes on as the one of the backup: it keeps that one's id and certificate",
      )
      .option("--force", "set aside what is here")
      .option("--json", "print the result as JSON");
  },
  async run(call): Promise<0> {
    const { around, options, args } = call;
    const folders = findFolders(around.env, around.platform, isFolder);
    const { host } = await loadConfiguration(folders.config, around.workingFolder);
    keepOnly(["read", "write"]);
    const source = resolve(args[0] ?? "");
    const config = configParts(folders.config, host.tls ?? join(folders.config, "tls"));
    const sameHost = options.has("sameHost");
    const force = options.has("force");
    requireRoom(folders.state, force);
    const { clock, random } = around;
    const scratch = `${folders.state}.restoring-${hex(random(4))}`;
    try {
      Deno.mkdirSync(scratch, { recursive: true, mode: 0o700 });
      const unpacked = await unpack(call, source, scratch, [
        DATABASE_PART,
        HOST_ID_PART,
        ...config.map(({ name }) => name),
      ]);
      const health = examine(unpacked);
      const restored = putBack(unpacked, scratch, {
        state: folders.state,
        sameHost,
        force,
        config,
        clock,
        random,
      });
      const store = openStore(join(folders.state, DATABASE_FILE), clock);
      try {
        if (!sameHost) forgetPeerStatus(store);
        report(call, unpacked, restored, stats(store), health);
      } finally {
        store.close();
      }
      return 0;
    } finally {
      remove(scratch);
    }
  },
};

async function unpack(
  { output }: SetupCall,
  source: string,
  scratch: string,
  known: readonly string[],
): Promise<Unpacked> {
  if (!isFile(source)) throw new Failure(`Cannot restore ${source}: there is no such file.`);
  try {
    return await unpackBackup(source, scratch, (name) => known.includes(name), (done, total) => {
      output.progress(`Checking the backup: ${Math.floor(100 * done / Math.max(total, 1))} %`);
    });
  } catch (error) {
    if (error instanceof KiokuError) throw error;
    throw new Failure(`Cannot restore ${source}: ${messageOf(error)}. Nothing was changed.`);
  }
}

/** Looks for damage in the database that was unpacked. Throws a Failure for one that cannot be used. */
function examine({ files }: Unpacked): Health {
  const database = files.get(DATABASE_PART);
  if (database === undefined || !files.has(HOST_ID_PART)) {
    throw new Failure("Cannot restore: the backup holds no database. Nothing was changed.");
  }
  using held = new Held(database, "restore");
  const health = held.examine();
  if (health !== "damaged") return health;
  throw new Failure("Cannot restore: the backup was made of a damaged database. Nothing was changed.");
}

function report(
  { options, output }: SetupCall,
  { manifest }: Unpacked,
  { hostId, aside, written, kept, ofOtherHost }: Restored,
  { live, tombstoned }: Stats,
  health: Health,
): void {
  if (options.has("json")) {
    output.line(JSON.stringify({
      memories: live,
      deleted: tombstoned,
      host_id: hostId,
      new_host_id: hostId !== manifest.hostId,
      made_at: manifest.createdAt,
      set_aside: aside ?? null,
      written,
      kept,
      left_out: ofOtherHost,
    }));
    return;
  }
  output.line(
    `restored: ${live} memories, ${tombstoned} deleted ones, as of ${manifest.createdAt.slice(0, 19)}Z`,
  );
  output.line(
    hostId === manifest.hostId
      ? `host id: ${hostId}, as before. No other host may use it.`
      : `host id: ${hostId}, a new one (--same-host keeps the old one)`,
  );
  if (aside !== undefined) output.line(`set aside: ${aside}`);
  for (const path of written) output.line(`wrote: ${path}`);
  for (const path of kept) output.line(`left as it is: ${path}`);
  if (ofOtherHost.length > 0) {
    output.line(
      `left out: ${
        ofOtherHost.join(", ")
      }. They stand for the other host; request a certificate for this one.`,
    );
  }
  if (health === "index") output.note("The search index is damaged: `kioku-mesh reindex` makes it anew.");
}

function remove(folder: string): void {
  try {
    Deno.removeSync(folder, { recursive: true });
  } catch {
    // It was never made.
  }
}
