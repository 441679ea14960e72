import { rebuildIndex } from "../../memory/search/rebuild.ts";
import type { DataCommand } from "../command.ts";

/** `kioku-mesh reindex`: makes the search index anew from the records. */
export const reindex: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration.option("--json", "print the result as JSON");
  },
  run({ memory, options, output }) {
    const { indexed, spaceLost } = rebuildIndex(
      memory.store,
      (done, total) => output.progress(`indexing: ${done} of ${total}`),
    );
    output.line(
      options.has("json")
        ? JSON.stringify({ indexed, space_lost: spaceLost })
        : `indexed: ${indexed} memories`,
    );
    if (spaceLost) {
      output.note(
        "The old index was too damaged to give back its space. `kioku-mesh salvage` writes the database anew.",
      );
    }
    return 0;
  },
};
