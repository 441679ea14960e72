import * as z from "zod";
import { deleteMemory, deletionNotice } from "../../memory/delete.ts";
import { maybe } from "../schema.ts";
import { type Tool, tool } from "../tool.ts";

/** `delete_memory`. */
export const deleteOne: Tool = tool({
  name: "delete_memory",
  annotations: {
    title: "Delete a memory",
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  description:
    "Delete a wrong or useless memory everywhere, for good. To correct one, save with supersedes instead.",
  input: z.strictObject({ observation_id: z.string(), reason: maybe(z.string()) }),
  output: z.object({ observation_id: z.string(), status: z.string() }),
  run({ memory }, { observation_id, reason }) {
    const id = deleteMemory(memory, observation_id, reason ?? "");
    const notice = deletionNotice(memory, id);
    return {
      text: [`deleted (tombstone): ${id}`, ...(notice === undefined ? [] : [notice])].join("\n"),
      structure: { observation_id: id, status: "deleted" },
    };
  },
});
