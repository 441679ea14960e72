import { Failure } from "../../core/errors.ts";
import { findMemory } from "../../memory/find.ts";
import { details } from "../../memory/render/details.ts";
import { memoryJson } from "../../memory/render/json.ts";
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
    const { id } = found.stored.observation;
    if (["tombstoned", "shadowed", "purged"].includes(found.state) && !options.has("includeHidden")) {
      throw new Failure(`Cannot show ${id}: it is ${found.state}. Add --include-hidden to see what is left of it.`);
    }
    output.line(options.has("json") ? memoryJson(found) : details(found, memory));
    return 0;
  },
};
