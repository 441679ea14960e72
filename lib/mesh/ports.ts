import { Failure, messageOf } from "../core/errors.ts";
import { type Endpoint, formatEndpoint } from "./endpoint.ts";
import { portHolder } from "./processes.ts";

/** Somebody else listens where our router is to. It is named, never shared and never fought. */
export class PortTaken extends Failure {}

/**
 * Checks that every endpoint can be listened on; throws a PortTaken that names who does. For udp and quic, and for addresses
 * that this process has no permission for (lib/cli/access.ts), only the router itself can tell, and ends when it cannot; once
 * it did, `ended` has whoever listens there named.
 */
export async function checkPorts(endpoints: readonly Endpoint[], ended = false): Promise<void> {
  for (const endpoint of endpoints) {
    if (endpoint.protocol !== "tcp" && endpoint.protocol !== "tls") continue;
    try {
      Deno.listen({ hostname: endpoint.host, port: endpoint.port }).close();
    } catch (error) {
      const written = formatEndpoint(endpoint);
      if (error instanceof Deno.errors.NotCapable) {
        const holder = ended ? await portHolder(endpoint.port) : undefined;
        if (holder === undefined) continue;
        throw new PortTaken(
          `Cannot listen on ${written}: ${holder} listens on that port. Stop it, or choose another port with init --listen.`,
        );
      }
      if (!(error instanceof Deno.errors.AddrInUse)) {
        throw new Failure(
          `Cannot listen on ${written}: ${messageOf(error)}. Choose another address with init --listen.`,
        );
      }
      const holder = await portHolder(endpoint.port) ?? "another program";
      throw new PortTaken(
        `Cannot listen on ${written}: ${holder} already does. Stop it, or choose another port with init --listen.`,
      );
    }
  }
}

/** A port on loopback that is free now. Another program may take it before it is used, so be ready to try again. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    return listener.addr.port;
  } finally {
    listener.close();
  }
}
