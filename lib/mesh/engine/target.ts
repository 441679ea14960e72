/** The operating system and processor that a program is built for. */
export type EngineTarget = `${"linux" | "macos" | "windows"}-${"x64" | "arm64"}`;

/** The version of Zenoh that the engine and its plugins are built from; all must be of one build. */
export const ZENOH_VERSION = "1.10.2";

/** The target of Deno's `build`, and thereby of a compiled program; undefined for one that we know nothing of. */
export function engineTarget(os: string, arch: string): EngineTarget | undefined {
  const system = os === "darwin" ? "macos" : os;
  const processor = arch === "x86_64" ? "x64" : arch === "aarch64" ? "arm64" : undefined;
  if (system !== "linux" && system !== "macos" && system !== "windows") return undefined;
  return processor === undefined ? undefined : `${system}-${processor}`;
}

/** The names of the engine's files on a system. */
export interface EngineFileNames {
  readonly router: string;
  readonly remoteApi: string;
  readonly storageManager: string;
  readonly rocksdb: string;
}

/** What zenohd and Rust's libraries are called there. */
export function engineFileNames(target: EngineTarget): EngineFileNames {
  const windows = target.startsWith("windows");
  const library = (name: string) =>
    windows ? `${name}.dll` : `lib${name}.${target.startsWith("macos") ? "dylib" : "so"}`;
  return {
    router: windows ? "zenohd.exe" : "zenohd",
    remoteApi: library("zenoh_plugin_remote_api"),
    storageManager: library("zenoh_plugin_storage_manager"),
    rocksdb: library("zenoh_backend_rocksdb"),
  };
}
