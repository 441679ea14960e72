import { formatTarHeader, TAR_BLOCK, tarPadding } from "../../lib/core/tar.ts";

/** A file to be released. */
export interface ReleasedFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly executable: boolean;
}

/** Packs files into a tar archive in gzip form: the same bytes for the same files and time (seconds since 1970). */
export async function packFiles(
  files: readonly ReleasedFile[],
  seconds: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const blocks = files.flatMap(({ name, bytes, executable }) => [
    formatTarHeader({ name, size: bytes.length }, seconds, executable ? 0o755 : 0o644),
    bytes,
    new Uint8Array(tarPadding(bytes.length)),
  ]);
  const packed = ReadableStream.from([...blocks, new Uint8Array(2 * TAR_BLOCK)])
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
