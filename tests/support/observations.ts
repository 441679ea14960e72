import type { Authorship } from "../../lib/core/keyspace.ts";
import { hex } from "../../lib/core/random.ts";
import { MESH, type Scope } from "../../lib/core/scope.ts";
import {
  formatObservation,
  isMalformed,
  type Observation,
  parseObservation,
} from "../../lib/memory/observation.ts";
import { seededRandom } from "./random.ts";
import { at, TEST_TIME } from "./clock.ts";

/** Who writes what tests store. */
export const TEST_AUTHOR: Authorship = {
  agentFamily: "claude",
  clientId: "alice@mbp",
  pcId: "00112233445566778899aabbccddeeff",
  sessionId: "20260301T120000Z-0a1b2c3d",
};

/** The id of the nth record of a test. */
export function testId(n: number): string {
  return hex(seededRandom(n + 1)(16));
}

/** An observation with the given fields, as it would arrive. */
export function observationOf(
  fields: Partial<Omit<Observation, "payload" | "purgedAt">> & { purged?: boolean },
): Observation {
  const { purged, ...given } = fields;
  const scope: Scope = fields.scope ?? MESH;
  const text = formatObservation({
    id: testId(0),
    scope,
    author: TEST_AUTHOR,
    content: "a content",
    project: "",
    tags: [],
    createdAt: at(TEST_TIME),
    memoryType: "note",
    importance: 2,
    subject: "",
    summary: "",
    sourceFiles: [],
    references: [],
    supersedes: [],
    expiresAt: undefined,
    ...given,
  });
  const payload = purged ? text.replace("{", `{"purged_at": "${TEST_TIME}", `) : text;
  const read = parseObservation(payload, { scope, id: undefined, author: undefined });
  if (isMalformed(read)) throw new TypeError(`Not an observation: ${read.reason}`);
  return read;
}
