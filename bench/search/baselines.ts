import { DatabaseSync } from "node:sqlite";
import type { Observation } from "../../lib/memory/observation.ts";
import { parseQuery } from "../../lib/memory/search/query.ts";
import type { Engine } from "./measure.ts";

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+/gu;

/**
 * Engines to compare with, as one would write them in an hour over SQLite: the OR of all words by bm25, phrases and
 * exclusions in FTS5's own syntax, the same fields. None is given superseded memories.
 */
export function baselines(memories: readonly Observation[]): Engine[] {
  return [
    fts5("FTS5 unicode61", "unicode61", memories, (text) => text, words),
    fts5(
      "FTS5 trigram",
      "trigram",
      memories,
      (text) => text,
      (text) => words(text).filter((word) => [...word].length > 2),
    ),
    porterBigrams(memories),
    substring(memories),
  ];
}

/** The engine that public question sets are compared with: Porter stems, CJK bigrams, OR, bm25. */
export function porterBigrams(memories: readonly Observation[]): Engine {
  return fts5(
    "FTS5 porter + bigrams",
    "porter unicode61",
    memories,
    withBigrams,
    (text) => words(withBigrams(text)),
  );
}

function fts5(
  name: string,
  tokenizer: string,
  memories: readonly Observation[],
  prepare: (text: string) => string,
  split: (text: string) => string[],
): Engine {
  const db = new DatabaseSync(":memory:");
  db.exec(
    `CREATE VIRTUAL TABLE memory USING fts5 (subject, tags, summary, content, tokenize = "${tokenizer}")`,
  );
  const insert = db.prepare(
    "INSERT INTO memory (rowid, subject, tags, summary, content) VALUES (?, ?, ?, ?, ?)",
  );
  memories.forEach((memory, index) => insert.run(index + 1, ...fieldsOf(memory).map(prepare)));
  const select = db.prepare(
    "SELECT rowid FROM memory WHERE memory MATCH ? ORDER BY bm25(memory), rowid DESC LIMIT ?",
  );
  return {
    name,
    search(query, limit) {
      const { text, phrases, without } = parseQuery(query, 0);
      const any = [...split(text), ...phrases.flatMap(split)].map(quote);
      if (any.length === 0) return [];
      const required = phrases.map((phrase) => prepare(phrase).trim()).filter((phrase) =>
        split(phrase).length > 0
      );
      const all = [`(${any.join(" OR ")})`, ...required.map(quote)].join(" AND ");
      const not = without.flatMap(split).map(quote);
      const match = not.length === 0 ? all : `(${all}) NOT (${not.join(" OR ")})`;
      return select.all(match, limit).flatMap((row) => memories[Number(row.rowid) - 1]?.id ?? []);
    },
  };
}

// Those that hold the most of the words, the newest first.
function substring(memories: readonly Observation[]): Engine {
  const texts = memories.map((memory) => ({ memory, text: fieldsOf(memory).join("\n").toLowerCase() }));
  return {
    name: "substring (grep)",
    search(query, limit) {
      const { text, phrases, without } = parseQuery(query.toLowerCase(), 0);
      const parts = [...words(text), ...phrases];
      return texts.map((one) => ({ ...one, count: parts.filter((part) => one.text.includes(part)).length }))
        .filter((one) => one.count > 0 && !without.some((part) => one.text.includes(part)))
        .sort((a, b) => b.count - a.count || b.memory.createdAt - a.memory.createdAt)
        .slice(0, limit).map(({ memory }) => memory.id);
    },
  };
}

function fieldsOf(
  { subject, tags, project, summary, content, sourceFiles, references }: Observation,
): string[] {
  return [subject, [...tags, project, ...sourceFiles, ...references].join(" "), summary, content];
}

function withBigrams(text: string): string {
  return text.normalize("NFKC").replaceAll(CJK, (run) => {
    const characters = [...run];
    const pairs = characters.slice(1).map((character, index) => `${characters[index]}${character}`);
    return ` ${pairs.length === 0 ? run : pairs.join(" ")} `;
  });
}

function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
