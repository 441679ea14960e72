import { Failure } from "../core/errors.ts";
import { Guard } from "./guard.ts";
import { handler, type HandlerOptions } from "./handler.ts";

/** A page that is served. */
export interface ServedPage {
  /** The address to open, once. */
  readonly address: string;
  /** Resolves when it is no longer served. */
  readonly finished: Promise<void>;
}

/**
 * Serves the page on 127.0.0.1 until the signal is aborted, if there is one; port 0 lets the system choose. Throws a Failure when the port
 * is taken.
 */
export function servePage(
  options: Omit<HandlerOptions, "guard">,
  port: number,
  signal?: AbortSignal,
): ServedPage {
  let handle: (request: Request) => Response = () => new Response(null, { status: 503 });
  try {
    const server = Deno.serve({
      hostname: "127.0.0.1",
      port,
      ...(signal === undefined ? {} : { signal }),
      onListen: () => {},
    }, (request) => handle(request));
    const guard = new Guard(server.addr.port, options.memory.random);
    handle = handler({ ...options, guard });
    return { address: guard.address, finished: server.finished };
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new Failure(`Cannot serve the page: port ${port} is taken. Leave --port out, or name another one.`);
  }
}
