/**
 * How a database file and its write-ahead log look (sizes and times of change): differs whenever SQLite has written.
 * Undefined when there is no such file; an empty log counts as none. Throws what the operating system says otherwise.
 */
export function fileStamp(path: string): string | undefined {
  const file = look(path);
  if (file === undefined) return undefined;
  const log = look(`${path}-wal`);
  return log === undefined || log.size === 0 ? describe(file) : `${describe(file)}+${describe(log)}`;
}

function describe({ size, mtime }: Deno.FileInfo): string {
  return `${size}@${mtime?.getTime() ?? 0}`;
}

function look(path: string): Deno.FileInfo | undefined {
  try {
    const info = Deno.statSync(path);
    return info.isFile ? info : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
