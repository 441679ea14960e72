import { isObject, type JsonObject } from "../core/json.ts";

/** What a conversation shows: how often its user decided something, and how often something was saved. */
export interface Tally {
  /** Approvals, refusals, corrections and preferences. */
  readonly decisions: number;
  readonly saves: number;
  /** Decisions after the last save. */
  readonly sinceSave: number;
}

/** Longer words of a user are a task, not a decision on one. Characters. */
const LONGEST = 300;

const ENGLISH = new RegExp(
  "^(?:yes|yep|yeah|ok(?:ay)?|sure|right|correct|exactly|perfect|approved?|agreed?|confirmed|lgtm|no|nope|don'?t|never|stop)\\b" +
    "|\\b(?:go ahead|do (?:it|that|so)|sounds good|looks good|go with|let'?s (?:use|go|do|keep|drop|take)" +
    "|instead of|rather than|i(?:'d)? prefer|we(?:'ll| will| should)? (?:use|keep|drop)|that'?s (?:it|right|fine|wrong))\\b",
  "i",
);

const JAPANESE = new RegExp(
  "^(?:はい|うん|ええ|そう(?:して|です|だ)|いいえ|いや|だめ|ダメ|駄目|了解|承知|オーケー)" +
    "|(?:それで|これで|その方針で|この方針で)(?:いい|良い|お願い|行|いこ|いき|進め|OK)" +
    "|(?:で|に)(?:行こう|いこう|行きましょう|いきましょう|しよう|しましょう|してください|して下さい|お願い)" +
    "|いいね|良さそう|よさそう|問題ない|賛成|承認|採用|却下|やめ(?:て|よう|ましょう)|不要|ではなく|じゃなくて" +
    "|(?:方|ほう)が(?:いい|良い|よい)",
  "i",
);

/** Whether what a user wrote reads as a decision: in English or Japanese, and short (compat cli §6). */
export function isDecision(text: string): boolean {
  const words = text.trim();
  return words !== "" && words.length <= LONGEST && (ENGLISH.test(words) || JAPANESE.test(words));
}

/** Whether a conversation with so many decisions deserves a reminder (compat cli §6). */
export function looksUnsaved({ decisions, saves }: Tally): boolean {
  return (decisions >= 1 && saves === 0) || (decisions >= 4 && decisions > 2 * saves);
}

/**
 * Counts in a transcript, or the end of one: lines of JSON as Claude Code, Codex and others write them, or one JSON text as
 * Gemini CLI does. What cannot be read counts for nothing.
 */
export function tallyOf(transcript: string): Tally {
  let decisions = 0;
  let saves = 0;
  let sinceSave = 0;
  for (const turn of turns(transcript)) {
    if (savesIn(turn) > 0) {
      saves += savesIn(turn);
      sinceSave = 0;
    } else if (isDecision(userText(turn) ?? "")) {
      decisions++;
      sinceSave++;
    }
  }
  return { decisions, saves, sinceSave };
}

function turns(transcript: string): JsonObject[] {
  const whole = parse(transcript);
  if (isObject(whole) && Array.isArray(whole.messages)) return whole.messages.filter(isObject);
  if (Array.isArray(whole)) return whole.filter(isObject);
  return transcript.split("\n").map(parse).filter(isObject);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// Claude Code: {type: "user", message: {role, content}}; Codex: {payload: {type: "message", role, content}}; others: the turn
// itself. Results of tools and what a client adds by itself are no words of the user.
function userText(turn: JsonObject): string | undefined {
  if (turn.isMeta === true || turn.isSidechain === true) return undefined;
  const said = isObject(turn.message) ? turn.message : isObject(turn.payload) ? turn.payload : turn;
  const speaker = said.role ?? turn.role ?? turn.type;
  if (speaker !== "user" && speaker !== "human") return undefined;
  const text = textOf(said.content ?? said.parts ?? said.text);
  return text === undefined || text.startsWith("<") ? undefined : text;
}

function textOf(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  const parts = content.filter(isObject);
  if (parts.some(({ type }) => type === "tool_result")) return undefined;
  return parts.flatMap(({ text }) => typeof text === "string" ? [text] : []).join("\n");
}

// The name of a tool that was called, wherever in the turn it stands: name, tool or toolName of some object.
function savesIn(turn: JsonObject): number {
  let count = 0;
  const left: unknown[] = [turn];
  for (let seen = 0; left.length > 0 && seen < 2_000; seen++) {
    const value = left.pop();
    if (Array.isArray(value)) left.push(...value);
    else if (isObject(value)) {
      const names = [value.name, value.tool, value.toolName, value.tool_name];
      if (names.some((name) => typeof name === "string" && name.includes("save_observation"))) count++;
      else left.push(...Object.values(value).filter((member) => typeof member === "object"));
    }
  }
  return count;
}
