import type { ScopeLabel } from "../core/scope.ts";
import type { Refusal } from "./refusals.ts";

/** What happened, for a line in a log. */
export type PeerEvent =
  | { readonly kind: "router-up"; readonly zid: string; readonly locators: readonly string[] }
  | { readonly kind: "router-down"; readonly reason: string; readonly retryMs: number }
  | { readonly kind: "session-down"; readonly reason: string }
  /** The hosts that there is a link to have changed. */
  | { readonly kind: "connected"; readonly hosts: readonly string[] }
  | { readonly kind: "reconciled"; readonly fetched: number; readonly published: number }
  /** For the first time since the start, all of the mesh in reach was compared with what is here. */
  | { readonly kind: "caught-up" }
  /** Nothing of the shared scopes waits any more; `count` records were confirmed since the last time. */
  | { readonly kind: "drained"; readonly count: number }
  /** Records were set aside; `kioku-mesh quarantine` shows them and why. */
  | { readonly kind: "quarantined"; readonly count: number }
  /** A host sends more than is taken of one: its records wait, and those of others go on. */
  | { readonly kind: "slowed"; readonly source: string }
  /** So many records of a host that was slowed were let go; they are fetched now. */
  | { readonly kind: "let-go"; readonly source: string; readonly count: number }
  /** One record did not go out. */
  | {
    readonly kind: "refused";
    readonly id: string;
    readonly scope: ScopeLabel;
    readonly reason: string;
    readonly retryMs: number;
  }
  /** So many records went out, but nobody has them yet; they are sent again. */
  | { readonly kind: "unconfirmed"; readonly count: number }
  /** Somebody put over, or deleted, all that storages hold under a pattern; it is put again from the database. */
  | { readonly kind: "overwritten"; readonly pattern: string }
  /** The router turned something away; `again` times more of the same since it was last told. */
  | { readonly kind: "turned-away"; readonly refusal: Refusal; readonly again: number }
  /** Scopes, access or this host's certificate have changed; the router is started again with them. */
  | {
    readonly kind: "admission";
    readonly scopes: readonly ScopeLabel[];
    readonly granted: number | undefined;
  }
  /** No host in reach stores a scope of ours, so its records wait here. */
  | { readonly kind: "not-carried"; readonly scope: ScopeLabel }
  | { readonly kind: "trouble"; readonly reason: string };
