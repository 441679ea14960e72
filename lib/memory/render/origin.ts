import type { Observation } from "../observation.ts";
import { inline } from "./neutralise.ts";

/** Where a memory was written, seen from this host. */
export interface Origin {
  readonly agentFamily: string;
  readonly clientId: string;
  readonly pc: "this" | "other";
}

/** Where a memory was written; `pcId` is this host's id. */
export function originOf({ author }: Observation, pcId: string): Origin {
  return {
    agentFamily: inline(author.agentFamily),
    clientId: inline(author.clientId),
    pc: author.pcId === pcId ? "this" : "other",
  };
}
