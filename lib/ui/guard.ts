import { hex, type Random } from "../core/random.ts";

/** Why a request is refused; undefined when it may pass. */
export type Refusal = { readonly status: 401 | 403 | 405; readonly reason: string } | undefined;

/** Bytes of a token: beyond guessing. */
const TOKEN_BYTES = 24;

/**
 * Lets in one browser: whoever opens the page with the token that was printed, which works once and is exchanged for a
 * cookie. Other pages and programs that reach the port have neither. Requests must name this very host, so that a name that
 * is pointed at loopback (DNS rebinding) gets nothing, and those that name an origin must name this one.
 */
export class Guard {
  readonly #port: number;
  readonly #cookie: string;
  #token: string | undefined;

  constructor(port: number, random: Random) {
    this.#port = port;
    this.#token = hex(random(TOKEN_BYTES));
    this.#cookie = hex(random(TOKEN_BYTES));
  }

  /** The address to open, once. */
  get address(): string {
    return `http://127.0.0.1:${this.#port}/?token=${this.#token ?? ""}`;
  }

  /** The header that lets a browser in when its request carries the token; the token is used up then. */
  admit(url: URL): string | undefined {
    const given = url.searchParams.get("token");
    if (given === null || this.#token === undefined || !isEqual(given, this.#token)) return undefined;
    this.#token = undefined;
    return `${this.#name}=${this.#cookie}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /** Whether a request may pass. */
  check(request: Request, needsCookie: boolean): Refusal {
    const { method, headers } = request;
    if (method !== "GET" && method !== "HEAD") {
      return { status: 405, reason: "This page only shows; it takes nothing." };
    }
    const host = headers.get("host");
    if (host !== `127.0.0.1:${this.#port}` && host !== `localhost:${this.#port}`) {
      return { status: 403, reason: "This page answers to 127.0.0.1 alone." };
    }
    const origin = headers.get("origin");
    if (origin !== null && origin !== `http://${host}`) {
      return { status: 403, reason: "Another page asked for this one." };
    }
    const site = headers.get("sec-fetch-site");
    if (site !== null && site !== "same-origin" && site !== "none") {
      return { status: 403, reason: "Another site asked for this page." };
    }
    if (!needsCookie || this.#isIn(headers.get("cookie") ?? "")) return undefined;
    return {
      status: 401,
      reason:
        "This page opens by the address that `kioku-mesh ui` printed, once. Run it again for another one.",
    };
  }

  // Browsers share cookies among the ports of a host.
  get #name(): string {
    return `kioku_${this.#port}`;
  }

  #isIn(cookies: string): boolean {
    const given = cookies.split(";").map((one) => one.trim()).find((one) => one.startsWith(`${this.#name}=`));
    return given !== undefined && isEqual(given.slice(this.#name.length + 1), this.#cookie);
  }
}

// Takes as long for a wrong text as for a right one.
function isEqual(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ (other.charCodeAt(at) || 0);
  return difference === 0;
}
