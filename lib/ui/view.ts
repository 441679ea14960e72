import type { Micros } from "../core/clock.ts";
import type { MemoryContext } from "../memory/context.ts";
import type { Agent } from "../messaging/agents.ts";
import type { Language, Words } from "./words.ts";

/** What a page is made from. */
export interface View {
  readonly memory: MemoryContext;
  readonly words: Words;
  readonly language: Language;
  /** The address that was asked for. */
  readonly url: URL;
  /** How this host's part of the mesh is now; undefined on a host that is in none. */
  readonly mesh: () => MeshView | undefined;
  /** The sessions that are there now. */
  readonly agents: () => readonly Agent[];
}

/** A host of the mesh, as far as it is known here. */
export interface MeshHost {
  readonly name: string;
  /** Its pc_id, when it said so. */
  readonly id: string | undefined;
  readonly role: "hub" | "spoke" | undefined;
  readonly version: string | undefined;
  readonly linked: boolean;
  readonly isHere: boolean;
}

/** The mesh as seen from this host. */
export interface MeshView {
  readonly peerRuns: boolean;
  readonly hosts: readonly MeshHost[];
  /** Records that wait to go out, and since when the oldest does. */
  readonly waiting: number;
  readonly since: Micros | undefined;
  readonly lastReconcile: Micros | undefined;
  /** From the commit of the last record to its confirmation. */
  readonly lag: Micros | undefined;
  /** What a person should know. */
  readonly warning: string | undefined;
}
