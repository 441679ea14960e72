import { peerFacts, peerLines } from "../peer_facts.ts";
import type { DataCommand } from "../command.ts";

/** `kioku-mesh peer status`: how this host's part of the mesh is. Exit code 1 when none runs. */
export const peerStatus: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration.option("--json", "print the result as JSON");
  },
  run({ memory, options, output }) {
    const facts = peerFacts(memory);
    if (options.has("json")) output.line(JSON.stringify(facts ?? { peer_runs: false }));
    else if (facts === undefined) output.line("this host is in no mesh.");
    else for (const line of peerLines(facts)) output.line(line);
    return facts?.peer_runs === true ? 0 : 1;
  },
};
