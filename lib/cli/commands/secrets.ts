import { Failure, UsageError } from "../../core/errors.ts";
import { findMemory } from "../../memory/find.ts";
import { allowFlagged, listFlags } from "../../memory/secrets/flags.ts";
import type { DataCommand } from "../command.ts";

/** `kioku-mesh secrets`: records that came with what looks like a secret and are kept from the mesh. */
export const secrets: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .argument("[list|allow]", "list them (the default), or allow one to be shared")
      .argument("[id]", "with allow: the record's id, or its first 8 or more digits")
      .option("--json", "print the result as JSON");
  },
  run({ memory, options, args, output }) {
    const [verb = "list", id] = args;
    const json = options.has("json");
    if (verb === "list") {
      const flags = listFlags(memory.store);
      if (json) {
        output.line(JSON.stringify(flags.map((flag) => ({ observation_id: flag.id, rules: flag.rules }))));
      } else if (flags.length === 0) output.line("no record is kept back.");
      else for (const flag of flags) output.line(`${flag.id}  ${flag.rules.join(", ")}`);
      return 0;
    }
    if (verb !== "allow" || id === undefined) {
      throw new UsageError(
        "Cannot run secrets: use `kioku-mesh secrets list` or `kioku-mesh secrets allow ID`.",
      );
    }
    const full = findMemory(memory, id).stored.observation.id;
    if (!allowFlagged(memory.store, full, memory.clock())) {
      throw new Failure(`Cannot allow ${full}: it is not kept back.`);
    }
    output.line(json ? JSON.stringify({ allowed: full }) : `allowed: ${full}`);
    return 0;
  },
};
