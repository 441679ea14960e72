/** A TCP proxy between two routers that can cut, hold back and refuse what goes through it. */
export interface Proxy extends Disposable {
  readonly port: number;
  /** Ends all connections and refuses new ones until `heal`. */
  cut(): void;
  /** Ends all connections once. */
  reset(): void;
  /** Holds back every piece for so long. Milliseconds. */
  delay(milliseconds: number): void;
  heal(): void;
}

/** Starts a proxy to a port on loopback, which need not be open yet. */
export function startProxy(target: number): Proxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  let isCut = false;
  let delayMs = 0;
  const close = (connection: Deno.Conn) => {
    open.delete(connection);
    try {
      connection.close();
    } catch {
      // It is closed.
    }
  };
  const closeAll = () => [...open].forEach(close);
  const pump = async (from: Deno.Conn, to: Deno.Conn) => {
    const bytes = new Uint8Array(65_536);
    try {
      for (;;) {
        const read = await from.read(bytes);
        if (read === null) break;
        if (delayMs > 0) await new Promise<void>((resolve) => setTimeout(resolve, delayMs));
        for (let at = 0; at < read;) at += await to.write(bytes.subarray(at, read));
      }
    } catch {
      // One side is gone, so the other one goes too.
    }
    close(from);
    close(to);
  };
  void (async () => {
    for await (const incoming of listener) {
      open.add(incoming);
      try {
        if (isCut) throw new Error("cut");
        const outgoing = await Deno.connect({ hostname: "127.0.0.1", port: target });
        open.add(outgoing);
        if (isCut) throw new Error("cut");
        void pump(incoming, outgoing);
        void pump(outgoing, incoming);
      } catch {
        close(incoming);
      }
    }
  })();
  return {
    port: listener.addr.port,
    cut: () => {
      isCut = true;
      closeAll();
    },
    reset: closeAll,
    delay: (milliseconds) => void (delayMs = milliseconds),
    heal: () => {
      isCut = false;
      delayMs = 0;
    },
    [Symbol.dispose]: () => {
      listener.close();
      closeAll();
    },
  };
}
