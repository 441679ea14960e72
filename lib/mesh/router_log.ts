/** What the router prints, kept on disk within bounds. */
export interface RouterLog {
  /** Adds a line. */
  line(text: string): void;
  /** The last lines, for an error message. */
  readonly recent: readonly string[];
  close(): void;
}

/** The most that one file holds; there are two, this one and the one before. Bytes. */
const LARGEST = 1_000_000;

/** A line is cut here: what is longer would hold more than an event. Characters. */
const LONGEST = 400;

/** Events kept for error messages. */
const RECENT = 5;

/**
 * Opens the log at `path`, continuing it. It is its owner's alone. With the levels in `ROUTER_ENV` the router prints
 * neither its configuration nor what is in a memory.
 */
export function openRouterLog(path: string): RouterLog {
  let file = open(path);
  let size = file.statSync().size;
  const recent: string[] = [];
  const write = (bytes: Uint8Array) => {
    if (size + bytes.length > LARGEST) {
      file.close();
      Deno.renameSync(path, `${path}.1`);
      file = open(path);
      size = 0;
    }
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    size += bytes.length;
  };
  return {
    recent,
    line(text) {
      // deno-lint-ignore no-control-regex -- control characters are what is taken out
      const clean = text.replaceAll(/\u001b\[[0-9;]*m|[\u0000-\u001f\u007f]/g, "").slice(0, LONGEST);
      recent.push(clean);
      if (recent.length > RECENT) recent.shift();
      try {
        write(new TextEncoder().encode(`${clean}\n`));
      } catch {
        // A full disk must not stop the router, which waits when nobody reads what it prints.
      }
    },
    close: () => file.close(),
  };
}

function open(path: string): Deno.FsFile {
  return Deno.openSync(path, { append: true, create: true, mode: 0o600 });
}
