import type { Tool } from "./tool.ts";
import { ackMessage } from "./tools/ack_message.ts";
import { checkMessages } from "./tools/check_messages.ts";
import { deleteOne } from "./tools/delete.ts";
import { drainPendingPuts } from "./tools/drain.ts";
import { getMemory } from "./tools/get.ts";
import { purgeExpiredMessages } from "./tools/purge_messages.ts";
import { listAgents } from "./tools/list_agents.ts";
import { recallContext } from "./tools/recall.ts";
import { saveObservation } from "./tools/save.ts";
import { searchMemory } from "./tools/search.ts";
import { sendMessage } from "./tools/send_message.ts";
import { memoryStatus } from "./tools/status.ts";

/** The tools in the order in which clients list them: those of compat/mcp-schemas.json, and those for messages that it lacks. */
export const TOOLS: readonly Tool[] = [
  saveObservation,
  searchMemory,
  getMemory,
  recallContext,
  deleteOne,
  memoryStatus,
  drainPendingPuts,
  sendMessage,
  checkMessages,
  ackMessage,
  purgeExpiredMessages,
  listAgents,
];
