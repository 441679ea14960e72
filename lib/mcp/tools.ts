import type { Tool } from "./tool.ts";
import { deleteOne } from "./tools/delete.ts";
import { drainPendingPuts } from "./tools/drain.ts";
import { getMemory } from "./tools/get.ts";
import { ackMessage, checkMessages, purgeExpiredMessages } from "./tools/messages.ts";
import { recallContext } from "./tools/recall.ts";
import { saveObservation } from "./tools/save.ts";
import { searchMemory } from "./tools/search.ts";
import { memoryStatus } from "./tools/status.ts";

/** The tools in the order in which clients list them (compat/mcp-schemas.json). */
export const TOOLS: readonly Tool[] = [
  saveObservation,
  searchMemory,
  getMemory,
  recallContext,
  deleteOne,
  memoryStatus,
  drainPendingPuts,
  checkMessages,
  ackMessage,
  purgeExpiredMessages,
];
