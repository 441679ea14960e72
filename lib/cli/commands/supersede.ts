import { UsageError } from "../../core/errors.ts";
import { deriveSubject, deriveSummary } from "../../memory/derive.ts";
import { replaceMemory, revisable, reviseMemory } from "../../memory/revise.ts";
import type { DataCommand } from "../command.ts";
import { readInput } from "../input.ts";
import { reportRevision } from "../revision.ts";

/** `kioku-mesh supersede`: replaces a memory with a new text, or with another memory that is there. */
export const supersede: DataCommand = {
  access: "data",
  declare(declaration) {
    declaration
      .argument("<old>", "the memory to replace: its id, or its first 8 or more digits")
      .argument("[content]", "what holds instead; project, tags and kind stay; - reads standard input")
      .option("--with <id>", "a memory that is there already, in place of a new text")
      .option("-s, --subject <text>", "the new text's subject (default: its first line)")
      .option("--summary <text>", "the new text's summary (default: its first sentence)")
      .option("--allow-secret", "save even what looks like a secret")
      .option("--json", "print the result as JSON");
  },
  run({ memory, options, args, output }) {
    const [id = "", text] = args;
    const winner = options.filled("with");
    if ((text === undefined) === (winner === undefined)) {
      throw new UsageError(
        "Cannot supersede: give either the new text or --with ID, as in `kioku-mesh supersede OLD --with NEW`.",
      );
    }
    const allow = options.has("allowSecret");
    const report = { memory, output, json: options.has("json") };
    if (winner !== undefined) {
      if (options.text("subject") !== undefined || options.text("summary") !== undefined) {
        throw new UsageError("Cannot supersede: --subject and --summary go with a new text. Leave them out.");
      }
      const loser = revisable(memory, id);
      return reportRevision(replaceMemory(memory, loser, revisable(memory, winner), allow), report);
    }
    const content = readInput(text ?? "");
    const changed = {
      content,
      subject: options.filled("subject") ?? deriveSubject(content),
      summary: options.filled("summary") ?? deriveSummary(content),
    };
    return reportRevision(reviseMemory(memory, revisable(memory, id), changed, allow), report);
  },
};
