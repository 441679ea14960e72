import { CERTIFICATES } from "../trust/space.ts";
import { MEMORIES } from "../memory/space.ts";
import { MESSAGES } from "../messaging/exchange.ts";
import type { FindOutgoing } from "../memory/outgoing.ts";
import { RECORD_KINDS, type RecordSpace } from "../store/exchange.ts";

/**
 * All that hosts exchange, certificates first, since they are needed to judge the rest. What no space owns is for memories, which
 * say why it cannot be taken.
 */
export const SPACES: readonly RecordSpace[] = [CERTIFICATES, MEMORIES, MESSAGES];

/** The space that a key belongs to. */
export function spaceOf(key: string): RecordSpace {
  return SPACES.find((space) => space.owns(key)) ?? MEMORIES;
}

/** Finds a record of any kind as it goes out. */
export const findOutgoing: FindOutgoing = (store, kind, id, scope) => {
  const owner = SPACES.find(({ kinds }) => kinds.some((letter) => RECORD_KINDS[letter] === kind));
  return owner?.outgoing(store, kind, id, scope);
};
