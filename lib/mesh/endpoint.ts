import { isHostName, isIpv4, isIpv6 } from "../core/address.ts";
import { UsageError } from "../core/errors.ts";

/** Transports between hosts that our engine has. */
export const PROTOCOLS = ["tcp", "tls", "udp", "quic"] as const;

/** One of the transports. */
export type Protocol = typeof PROTOCOLS[number];

/** Where a router listens or connects to. */
export interface Endpoint {
  readonly protocol: Protocol;
  /** A name or an address; IPv6 without brackets, in lower case. */
  readonly host: string;
  readonly port: number;
  /** What Zenoh takes behind the address, such as `#iface=eth0`; usually empty. */
  readonly suffix: string;
}

/** Zenoh's port. */
export const DEFAULT_PORT = 7447;

/**
 * Reads an endpoint as people write it: `hub.example`, `10.0.0.5:7447`, `tls/hub.example`, `tcp/[fd00::5]:7447`, `::1`.
 * Without a transport it is tcp, without a port 7447. Throws a UsageError for what is none.
 */
export function parseEndpoint(text: string): Endpoint {
  const trimmed = text.trim();
  const slash = /^([A-Za-z][A-Za-z0-9_-]*)\/(.*)$/.exec(trimmed);
  const [, name = "tcp", address = trimmed] = slash ?? [];
  const protocol = PROTOCOLS.find((one) => one === name.toLowerCase());
  if (protocol === undefined) throw wrong(text, `"${name}" is not ${PROTOCOLS.join(", ")}`);
  const [, place = "", suffix = ""] = /^([^?#]*)([?#].*)?$/.exec(address) ?? [];
  if (/[\s"\\]/.test(suffix)) throw wrong(text, "there is a blank or a quote in it");
  const { host, port } = split(place, text);
  return { protocol, host: host.toLowerCase(), port, suffix };
}

/** The endpoint as Zenoh and the configuration write it, IPv6 in brackets. */
export function formatEndpoint({ protocol, host, port, suffix }: Endpoint): string {
  return `${protocol}/${host.includes(":") ? `[${host}]` : host}:${port}${suffix}`;
}

/** Reads a list; what means the same endpoint is kept once, where it came first. */
export function parseEndpoints(texts: readonly string[]): Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const text of texts) {
    const endpoint = parseEndpoint(text);
    const written = formatEndpoint(endpoint);
    if (!found.has(written)) found.set(written, endpoint);
  }
  return [...found.values()];
}

/** Whether only this host can reach it. */
export function isLoopback({ host }: Endpoint): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function split(place: string, text: string): { host: string; port: number } {
  const bracketed = /^\[([0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?)\](?::(.*))?$/.exec(place);
  if (bracketed !== null) {
    const [, host = "", port] = bracketed;
    if (!isZonedIpv6(host)) throw wrong(text, `"${host}" is not an IPv6 address`);
    return { host, port: readPort(port, text) };
  }
  // Two colons or more: an address without brackets, so no port.
  if (place.indexOf(":") !== place.lastIndexOf(":")) {
    if (!isZonedIpv6(place)) {
      throw wrong(text, "an IPv6 address with a port stands in brackets, [ADDRESS]:PORT");
    }
    return { host: place, port: DEFAULT_PORT };
  }
  const [host = "", port] = place.split(":");
  if (!isName(host)) throw wrong(text, host === "" ? "there is no host in it" : `"${host}" is not a host`);
  return { host, port: readPort(port, text) };
}

function readPort(port: string | undefined, text: string): number {
  if (port === undefined) return DEFAULT_PORT;
  const number = /^\d{1,5}$/.test(port) ? Number(port) : NaN;
  // 0, "any free port", is for tests that listen; a connection to it fails at once.
  if (!(number <= 65_535)) throw wrong(text, `"${port}" is not a port`);
  return number;
}

function isName(host: string): boolean {
  return isIpv4(host) || isHostName(host);
}

// With the zone of a link-local address, `fe80::1%eth0`.
function isZonedIpv6(host: string): boolean {
  const [address = ""] = host.split("%");
  return isIpv6(address);
}

function wrong(text: string, why: string): UsageError {
  return new UsageError(`Cannot use the endpoint "${text}": ${why}. Write it as tcp/HOST:PORT.`);
}
