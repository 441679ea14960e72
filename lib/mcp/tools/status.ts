import * as z from "zod";
import { DAY, type Micros, SECOND } from "../../core/clock.ts";
import { formatTime } from "../../core/time.ts";
import { VERSION } from "../../core/version.ts";
import { activity } from "../../memory/activity.ts";
import { inline } from "../../memory/render/neutralise.ts";
import { type Count, stats } from "../../memory/stats.ts";
import { sharing } from "../../memory/sharing.ts";
import { outboxDepth } from "../../store/outbox.ts";
import { saveNudge } from "../nudge.ts";
import { texts } from "../schema.ts";
import { type Tool, tool } from "../tool.ts";

/** How many families and hosts are listed at the most. */
const MOST = 20;

const counts = z.record(z.string(), z.number());

/** Not declared to clients, since every session pays for what is: pc_id, shadowed, session_age_sec and hosts. */
const status = z.looseObject({
  version: z.string(),
  backend: z.string(),
  session_id: z.string(),
  this_session_saves: z.number(),
  last_save_at: z.string().optional(),
  pending_puts: z.number(),
  live: z.number(),
  tombstoned: z.number(),
  families: counts,
  families_7d: counts,
  nudge: z.string().optional(),
  notices: texts,
});

/** `get_memory_status`. */
export const memoryStatus: Tool = tool({
  name: "get_memory_status",
  annotations: {
    title: "Memory status",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  description: "Counts, and what this session has saved. A nudge in it means: something may be unsaved.",
  input: z.strictObject({}),
  output: status,
  run({ memory, startedAt, peerRuns, notices: said }) {
    const { store, clock, identity, settings } = memory;
    const now = clock();
    const total = stats(store);
    const recent = activity(store, identity.sessionId, now - 7 * DAY, now);
    const { waiting } = outboxDepth(store);
    const shared = sharing(memory, peerRuns);
    const notices = shared?.warning === undefined ? said : [...said, shared.warning];
    const age = now - startedAt;
    const lastAge = recent.sessionNewest === undefined ? undefined : now - recent.sessionNewest;
    const nudge = saveNudge(recent.sessionSaves, age, lastAge);
    const structure = {
      version: VERSION,
      backend: settings.mode,
      pc_id: identity.pcId,
      session_id: identity.sessionId,
      session_age_sec: Math.floor(age / SECOND),
      this_session_saves: recent.sessionSaves,
      ...(recent.newest === undefined ? {} : { last_save_at: formatTime(recent.newest) }),
      pending_puts: waiting,
      live: total.live,
      tombstoned: total.tombstoned,
      shadowed: total.shadowed,
      families: record(total.families),
      families_7d: record(recent.families),
      hosts: record(total.hosts),
      ...(nudge === undefined ? {} : { nudge }),
      notices: [...notices],
    };
    const text = [
      `last_save_at: ${structure.last_save_at ?? "-"}`,
      `kioku-mesh version: ${VERSION}`,
      `backend: ${settings.mode}`,
      `pc_id: ${identity.pcId}`,
      `session_id: ${identity.sessionId}`,
      `session_age: ${formatAge(age)}`,
      `this_session_saves: ${recent.sessionSaves}`,
      `this_session_last_save_age: ${formatAge(lastAge)}`,
      `zenoh_session: ${shared === undefined ? "n/a" : shared.peerRuns ? "connected" : "disconnected"}`,
      "last_put_at_iso: -",
      "last_put_status: n/a",
      `pending_puts: ${waiting}`,
      `index_rows: live=${total.live} / tomb=${total.tombstoned} / shadow=${total.shadowed}`,
      `count: ${total.live}`,
      ...(nudge === undefined ? [] : [`nudge: ${nudge}`]),
      ...listed("family", total.families),
      "family (last 7d):",
      ...listed("family_7d", recent.families),
      ...listed("pc", total.hosts.map(({ name, count }) => ({ name: name.slice(0, 8), count }))),
      ...notices.map((notice) => `notice: ${notice}`),
    ].join("\n");
    return { text, structure };
  },
});

function listed(label: string, names: readonly Count[]): string[] {
  const lines = names.slice(0, MOST).map(({ name, count }) => `  ${label} ${inline(name)}: ${count}`);
  return names.length <= MOST ? lines : [...lines, `  ${label}: ${names.length - MOST} more`];
}

function record(names: readonly Count[]): Record<string, number> {
  return Object.fromEntries(names.slice(0, MOST).map(({ name, count }) => [inline(name), count]));
}

// As Python's version: 42s, 3m07s, 1h05m.
function formatAge(age: Micros | undefined): string {
  if (age === undefined) return "-";
  const seconds = Math.max(0, Math.floor(age / SECOND));
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds}s`;
  if (minutes < 60) return `${minutes}m${String(seconds % 60).padStart(2, "0")}s`;
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}m`;
}
