import type { OpenMemory } from "../memory/open.ts";
import type { Revised } from "../memory/revise.ts";
import { sharing } from "../memory/sharing.ts";
import type { Ended } from "./command.ts";
import type { Output } from "./output.ts";

/** Says what a change to a memory came to: the new record that stands for it, or that nothing is different. */
export function reportRevision(
  revised: Revised | undefined,
  { memory, output, json }: { memory: OpenMemory; output: Output; json: boolean },
): Ended {
  const warning = revised === undefined ? undefined : sharing(memory, memory.peerRuns)?.warning;
  if (json) {
    output.line(JSON.stringify(
      revised === undefined ? { status: "unchanged" } : {
        observation_id: revised.observation.id,
        status: "saved",
        supersedes: revised.observation.supersedes,
        ...(warning === undefined ? {} : { not_shared: warning }),
      },
    ));
    return 0;
  }
  if (revised === undefined) {
    output.line("unchanged: nothing was saved.");
    return 0;
  }
  output.line(`saved: ${revised.observation.id} (replaces ${revised.old.id})`);
  if (warning !== undefined) output.note(warning);
  return 0;
}
