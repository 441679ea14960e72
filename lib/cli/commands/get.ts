import { Failure } from "../../core/errors.ts";
import { findMemory } from "../../memory/find.ts";
import { detailLines } from "../../memory/render/details.ts";
import { memoryJson } from "../../memory/render/json.ts";
import { signatureOf } from "../../memory/render/signature.ts";
import { neutralise } from "../../memory/render/neutralise.ts";
import type { DataCommand } from "../command.ts";

/** `kioku-mesh get`: shows one memory, whole. */
export const get: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .argument("<id>", "the memory's id, or its first 8 or more digits")
      .option("--include-hidden", "show it even when it was deleted")
      .option("--json", "print it as JSON");
  },
  run({ memory, options, args, output }) {
    const found = findMemory(memory, args[0] ?? "");
    const { observation } = found.stored;
    if (["tombstoned", "shadowed", "purged"].includes(found.state) && !options.has("includeHidden")) {
      throw new Failure(
        `Cannot show ${observation.id}: it is ${found.state}. Add --include-hidden to see what is left of it.`,
      );
    }
    if (options.has("json")) {
      const superseders = JSON.stringify(found.supersededBy);
      const shown = memoryJson(observation, signatureOf(memory, observation));
      output.line(`{"memory": ${shown}, "state": "${found.state}", "superseded_by": ${superseders}}`);
      return 0;
    }
    for (const line of detailLines(memory, found)) output.line(line);
    output.line("---");
    // A terminal obeys control characters; a pipe gets the text as it was saved.
    output.line(output.isTerminal ? neutralise(observation.content) : observation.content);
    return 0;
  },
};
