import type { Clock, Micros } from "../core/clock.ts";

/** What the router turned away, as its log tells it. */
export type Refusal =
  /** A connection that did not become a link; the reason is the router's. */
  | { readonly kind: "link"; readonly reason: string }
  /** A link that ended with the certificate that it was made with. */
  | { readonly kind: "expired"; readonly from: string }
  /** A certificate of our authority that no rule names. */
  | { readonly kind: "unknown"; readonly zid: string }
  /** A message that its sender may not send, or that is too large. */
  | {
    readonly kind: "message";
    /** The certificate's common name, when the log said it. */
    readonly cn: string | undefined;
    readonly zid: string;
    /** Such as `Put` or `Declare Queryable`. */
    readonly what: string;
    readonly key: string;
    readonly tooLarge: boolean;
  };

/**
 * What zenohd 1.10.2 has to log so that refusals can be told: access control says at "trace" what it decided about which
 * message, which are names and keys, never payloads. Costs the router 8 µs a message (measured); the lines about what it let
 * through are not kept.
 */
export const REFUSALS_LOGGED = "zenoh::net::routing::interceptor=trace";

/** What a line of the router's is: a refusal, part of how one is told, or neither. */
export type LineMeaning = Refusal | "noise" | undefined;

const LINE = /^\S+ +[A-Z]+ +\S+ ThreadId\(\d+\) (?:.*? )?zenoh[a-z_]*::\S*: (.*)$/;
const DECISION =
  /^(?:Using cached result: )?([0-9a-f]+) (?:on (.*?) )?is (un)?authorized to (.*?) \((ingress|egress)\) on (.*)$/;
const COMMON_NAME = /access_control: ([0-9a-f]+) on .*?CertCommonName\((.*?)\)(?:\+| is )/;
const STRANGER = /^([0-9a-f]+) did not match any configured ACL subject/;
const EXPIRED = /^Closing \w+ link .* => (\S+) : remote certificate chain expired/;
const HINT = / Hint: increase the system open file limit\.$/;

/** Names that are remembered to go with routers' ids. */
const MOST_NAMES = 1000;

/**
 * Reads refusals out of a router's log, line by line. Access control says two lines or more about every message, so nearly all
 * lines are about what was let through: those are only told apart, which takes less than a microsecond.
 */
export class RefusalReader {
  // A message that was let through or not is told in two lines of the same thread: the decision, then what came of it.
  readonly #decided = new Map<string, string>();
  readonly #names = new Map<string, string>();
  #lastNamed = "";

  /** What a line means. */
  read(line: string): LineMeaning {
    if (line.includes("zenoh::net::routing::interceptor")) return this.#interceptor(line);
    if (line.includes("zenoh_link_")) return link(line);
    return undefined;
  }

  #interceptor(line: string): LineMeaning {
    if (line.includes("authorized to ")) {
      this.#decided.set(threadOf(line), line);
      this.#remember(line);
      return "noise";
    }
    if (line.endsWith("Msg intercepted!")) return this.#outcome(threadOf(line));
    const [, stranger] = STRANGER.exec(textOf(line)) ?? [];
    if (stranger !== undefined) return { kind: "unknown", zid: stranger };
    return line.includes(" TRACE ") || line.includes(" DEBUG ") ? "noise" : undefined;
  }

  // What we do not send to others, they have not asked for: only what came in is a refusal. Nor is it one that every router
  // offers its own admin space to all others.
  #outcome(thread: string): LineMeaning {
    const decision = this.#decided.get(thread);
    this.#decided.delete(thread);
    const [, zid, , un, what = "", flow, key = ""] = DECISION.exec(textOf(decision ?? "")) ?? [];
    if (zid === undefined || flow !== "ingress") return "noise";
    if (key.startsWith(`@/${zid}/`) && what.startsWith("Declare")) return "noise";
    return { kind: "message", cn: this.#names.get(zid), zid, what, key, tooLarge: un === undefined };
  }

  #remember(line: string): void {
    const at = line.indexOf("access_control: ");
    const who = line.slice(at, line.indexOf(" is ", at));
    if (who === this.#lastNamed) return;
    this.#lastNamed = who;
    const [, zid, name] = COMMON_NAME.exec(`${who} is `) ?? [];
    if (zid === undefined || name === undefined) return;
    if (this.#names.size >= MOST_NAMES) this.#names.clear();
    this.#names.set(zid, name);
  }
}

const THREAD = " ThreadId(";

function threadOf(line: string): string {
  const at = line.indexOf(THREAD) + THREAD.length;
  return line.slice(at, line.indexOf(")", at));
}

function textOf(line: string): string {
  return LINE.exec(line)?.[1] ?? "";
}

function link(line: string): LineMeaning {
  const text = textOf(line);
  const [, from] = EXPIRED.exec(text) ?? [];
  if (from !== undefined) return { kind: "expired", from };
  return HINT.test(text) ? { kind: "link", reason: text.replace(HINT, "").replace(/\.$/, "") } : undefined;
}

/** The same again is told this long after it was last told. Microseconds. */
const TELL_AGAIN: Micros = 60_000_000;

/** Kinds of refusals that are told apart; more than that are one. */
const MOST_KINDS = 200;

/** What Python 1.2.0 reads with (compat data §1.1): everything below `mem`, whatever the scope. */
const READS_ALL = /^(Query|Declare Subscriber) mem\/\*\*/;

/** Counts refusals, so that whoever repeats one a thousand times makes no thousand lines. */
export class RefusalCounts {
  readonly #kinds = new Map<string, { told: Micros; since: number }>();
  readonly #wide = new Set<string>();
  /** How many there were. */
  total = 0;

  constructor(readonly clock: Clock, readonly tell: (refusal: Refusal, again: number) => void) {}

  /**
   * Names of certificates, or routers' ids, that asked for all scopes at once, as the Python version does: no grant holds
   * that, so they can put here but not read.
   */
  get wide(): readonly string[] {
    return [...this.#wide];
  }

  /** Tells the first of its kind, and later how many more there were. */
  add(refusal: Refusal): void {
    this.total++;
    if (refusal.kind === "message" && READS_ALL.test(`${refusal.what} ${refusal.key}`)) {
      if (this.#wide.size < MOST_KINDS) this.#wide.add(refusal.cn ?? refusal.zid);
    }
    const now = this.clock();
    const name = kindOf(refusal);
    const known = this.#kinds.get(name) ?? (this.#kinds.size < MOST_KINDS ? undefined : this.#others);
    if (known === undefined) {
      this.#kinds.set(name, { told: now, since: 0 });
      return this.tell(refusal, 0);
    }
    known.since++;
    if (now - known.told < TELL_AGAIN) return;
    this.tell(refusal, known.since);
    known.told = now;
    known.since = 0;
  }

  readonly #others: { told: Micros; since: number } = { told: 0, since: 0 };
}

// One host that asks a hundred keys of one tier does one thing.
function kindOf(refusal: Refusal): string {
  switch (refusal.kind) {
    case "link":
      return `link ${refusal.reason.replaceAll(/\d+/g, "")}`;
    case "expired":
      return "expired";
    case "unknown":
      return `unknown ${refusal.zid}`;
    case "message": {
      const { cn, zid, what, key, tooLarge } = refusal;
      return `message ${cn ?? zid} ${what} ${key.split("/").slice(0, 3).join("/")} ${tooLarge}`;
    }
  }
}
