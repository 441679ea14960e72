import { pythonJson } from "../../lib/core/json.ts";
import { TEST_AUTHOR, testId } from "./observations.ts";

/** Texts that have broken parsers before. */
const TEXTS = [
  "",
  " ",
  "plain",
  "設計メモ 𠮷野家 👩‍👩‍👧",
  "a\u0000b",
  "\u202e\u200b\ufeff",
  "\ud800",
  "x".repeat(5000),
  "__proto__",
  "null",
  "../../etc/passwd",
  "'; DROP TABLE observation; --",
  "2026-01-31T09:00:00.123456Z",
  "0001-01-01T00:00:00Z",
  "9999-12-31T23:59:59.999999Z",
  "2026-02-30",
  "mesh",
  "user",
  "mem/mesh/obs/**",
  "@chunk/$*/?#",
];

/** Values as JSON text that `JSON.stringify` would not write so. */
const RAW = [
  "1e400",
  "-0",
  "1.0",
  "200000.0",
  "1E+2",
  '"\\u00e9\\/"',
  '"\\ud800"',
  "[ ]",
  "{ }",
  "12345678901234567890",
];

/** The members of an observation and a tombstone (compat data §2). */
const MEMBERS = [
  ..."content agent_family client_id pc_id session_id project tags observation_id created_at memory_type"
    .split(" "),
  ..."importance subject summary source_files references supersedes visibility scope_id expires_at".split(
    " ",
  ),
  ..."purged_at reason deleted_at".split(" "),
];

/** Makes payloads that are nearly right, wrong, or no JSON at all, from numbers between 0 and 1. */
export function fuzzedPayload(next: () => number): string {
  const pick = <T>(items: readonly [T, ...T[]] | readonly T[]): T => {
    const item = items[Math.floor(next() * items.length)];
    if (item === undefined) throw new RangeError("nothing to pick");
    return item;
  };
  const value = (depth: number): string => {
    const kind = next();
    if (kind < 0.35) return JSON.stringify(pick(TEXTS));
    if (kind < 0.5) return pick(RAW);
    if (kind < 0.6) return String(Math.floor((next() - 0.5) * 10 ** (next() * 18)));
    if (kind < 0.7) return pick(["null", "true", "false"]);
    if (depth > 3) return '""';
    const items = Array.from({ length: Math.floor(next() * 4) }, () => value(depth + 1));
    if (kind < 0.85) return `[${items.join(pick([",", ", ", " ,\n"]))}]`;
    return `{${items.map((item) => `${JSON.stringify(pick(TEXTS))}: ${item}`).join(", ")}}`;
  };
  const members = new Map<string, string>([
    ["content", JSON.stringify(pick(TEXTS))],
    ["agent_family", JSON.stringify(TEST_AUTHOR.agentFamily)],
    ["observation_id", JSON.stringify(testId(Math.floor(next() * 5000)))],
    ["created_at", '"2026-01-01T00:00:00.000000Z"'],
    ["tags", pythonJson(["a", "b"])],
  ]);
  for (let changes = Math.floor(next() * 6); changes > 0; changes--) {
    if (next() < 0.2) members.delete(pick(MEMBERS));
    else members.set(next() < 0.8 ? pick(MEMBERS) : `x_${pick(TEXTS)}`, value(0));
  }
  const blank = pick(["", " ", "\n\t"]);
  const parts = [...members].map(([name, text]) => `${JSON.stringify(name)}${blank}:${blank}${text}`);
  if (next() < 0.05) parts.push(pick(parts));
  const text = `${blank}{${parts.join(`,${blank}`)}}${blank}`;
  return next() < 0.8 ? text : spoilt(text, next);
}

// Cut, doubled, or with characters that were changed.
function spoilt(text: string, next: () => number): string {
  const at = Math.floor(next() * text.length);
  const kind = next();
  if (kind < 0.3) return text.slice(0, at);
  if (kind < 0.4) return text + text.slice(at);
  if (kind < 0.5) return "[".repeat(Math.floor(next() * 2000)) + text.slice(at);
  const letters = [...text];
  for (let n = 0; n < 3; n++) {
    letters[Math.floor(next() * letters.length)] = String.fromCharCode(next() * 0x3000);
  }
  return letters.join("");
}
