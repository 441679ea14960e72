import { UsageError } from "../../core/errors.ts";
import { revisable, reviseMemory } from "../../memory/revise.ts";
import type { DataCommand } from "../command.ts";
import { reportRevision } from "../revision.ts";

/** `kioku-mesh tag`: gives a memory tags and takes some away. */
export const tag: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .argument("<id>", "the memory's id, or its first 8 or more digits")
      .argument("<change...>", "+TAG to add one, -TAG to take one away")
      // Tags to take away look like options, `-h…` too.
      .allowUnknownOption()
      .helpOption("--help", "show this help")
      .option("--allow-secret", "save even what looks like a secret")
      .option("--json", "print the result as JSON");
  },
  run({ memory, options, args, output }) {
    const [id = "", ...changes] = args;
    const old = revisable(memory, id);
    let tags = [...old.tags];
    for (const change of changes) {
      const name = change.slice(1).trim();
      if (!/^[+-][^-]/.test(change) || name === "" || name.includes(",")) {
        throw new UsageError(
          `Cannot tag: "${change}" is neither +TAG nor -TAG. Write \`kioku-mesh tag ID +new -old\`.`,
        );
      }
      tags = tags.filter((one) => one !== name);
      if (change.startsWith("+")) tags.push(name);
    }
    const order = old.tags.filter((one) => tags.includes(one));
    const revised = reviseMemory(
      memory,
      old,
      { tags: [...order, ...tags.filter((one) => !order.includes(one))] },
      options.has("allowSecret"),
    );
    return reportRevision(revised, { memory, output, json: options.has("json") });
  },
};
