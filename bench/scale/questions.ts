import { seededNumbers } from "../../tests/support/random.ts";
import { generate } from "./records.ts";

/** What is asked of the generated memories. */
export const KINDS = ["rare word", "common word", "question", "Japanese question", "project"] as const;

/** One of the kinds. */
export type Kind = typeof KINDS[number];

/** A query and the memory that it is about. */
export interface Question {
  readonly kind: Kind;
  readonly query: string;
  readonly about: string;
  readonly project: string;
}

/** Makes `each` questions of every kind about memories spread over the first `count` generated ones. */
export function makeQuestions(count: number, seed: number, each: number): Question[] {
  const next = seededNumbers(seed + 1);
  const questions: Question[] = [];
  const made = new Map<Kind, number>();
  const step = Math.max(1, Math.floor(count / (each * 4)));
  let index = 0;
  for (const { observation, rare, topical, language } of generate(count, seed)) {
    if (index++ % step !== 0) continue;
    const about = { about: observation.id, project: observation.project };
    const give = (kind: Kind, query: string | undefined): void => {
      if (query === undefined || (made.get(kind) ?? 0) >= each) return;
      made.set(kind, (made.get(kind) ?? 0) + 1);
      questions.push({ kind, query, ...about });
    };
    const some = topical.filter(() => next() < 0.6).slice(0, 4);
    give("rare word", rare);
    if (some.length < 3) continue;
    if (language === "ja") give("Japanese question", `${some.slice(0, 3).join("の")}はどうなっていますか`);
    else {
      give("common word", COMMON[(made.get("common word") ?? 0) % COMMON.length]);
      give("question", `how did we ${some[0]} the ${some.slice(1).join(" and ")} with it?`);
      give("project", some.slice(0, 2).join(" "));
    }
  }
  return questions;
}

/** Found in most generated memories of their language, or in many. */
const COMMON = ["after", "before", "tag1", "src", "project", "ts", "設定", "管理"];
