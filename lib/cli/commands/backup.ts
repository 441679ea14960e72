import { join, relative, resolve } from "node:path";
import { SECOND } from "../../core/clock.ts";
import { Failure, KiokuError, messageOf } from "../../core/errors.ts";
import { HOST_ID_FILE } from "../../core/host_id.ts";
import { hex } from "../../core/random.ts";
import { formatTime } from "../../core/time.ts";
import { VERSION } from "../../core/version.ts";
import type { OpenMemory } from "../../memory/open.ts";
import { configParts, DATABASE_PART, HOST_ID_PART, presentParts } from "../backup/parts.ts";
import { type ManifestHead, type PartFile, writeBackup } from "../backup/write.ts";
import type { FilesCommand } from "../command.ts";
import { keepOnly } from "../lockdown.ts";

/** `kioku-mesh backup`: puts the database, the host's id and its configuration into one file. */
export const backupCommand: FilesCommand = {
  access: "files",
  declare(declaration) {
    declaration
      .argument("<file>", "a new file, such as kioku.tar.gz")
      .option(
        "--with-keys",
        "also the private keys of the tls folder; whoever has the file can be this host then",
      )
      .option("--json", "print the result as JSON");
  },
  async run({ memory, options, args, output }): Promise<0> {
    keepOnly(["read", "write"]);
    const target = resolve(args[0] ?? "");
    const withKeys = options.has("withKeys");
    const config = presentParts(
      configParts(memory.folders.config, memory.host.tls ?? join(memory.folders.config, "tls")),
      withKeys,
    );
    const createdAt = memory.clock();
    const head: ManifestHead = {
      version: VERSION,
      createdAt: formatTime(createdAt),
      hostId: memory.identity.pcId,
      withKeys: config.some(({ secret }) => secret),
    };
    const { manifest, size } = await whole(target, () =>
      withCopy(memory, (database) => {
        const files: readonly PartFile[] = [
          { name: DATABASE_PART, path: database },
          { name: HOST_ID_PART, path: join(memory.folders.state, HOST_ID_FILE) },
          ...config,
        ];
        return writeBackup(target, head, files, Math.floor(createdAt / SECOND), (done, total) => {
          output.progress(`Backing up: ${Math.floor(100 * done / Math.max(total, 1))} %`);
        });
      }));
    if (options.has("json")) {
      output.line(JSON.stringify({ file: target, size, with_keys: head.withKeys, parts: manifest.parts }));
      return 0;
    }
    output.line(`backed up to ${relative(Deno.cwd(), target)}: ${Math.ceil(size / 1000)} kB`);
    for (const part of manifest.parts) output.line(`  ${part.name}  ${part.size} bytes`);
    if (head.withKeys) output.note("It holds private keys: keep it as safe as they are.");
    return 0;
  },
};

/** Runs `work` with a copy of the database, which is gone afterwards. */
async function withCopy<T>(
  { store, folders, random }: OpenMemory,
  work: (path: string) => Promise<T>,
): Promise<T> {
  const path = join(folders.state, `backup-${hex(random(4))}.db`);
  try {
    await store.copyTo(path);
    return await work(path);
  } finally {
    for (const side of ["", "-wal", "-shm", "-journal"]) remove(`${path}${side}`);
  }
}

/** Leaves nothing of the file when `work` fails, unless it was there before. */
async function whole<T>(target: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new Failure(`Cannot back up to ${target}: it is there already. Name a new file.`);
    }
    remove(target);
    if (error instanceof KiokuError) throw error;
    throw new Failure(
      `Cannot back up to ${target}: ${messageOf(error)}. Free some space or name another file.`,
    );
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was never made.
  }
}
