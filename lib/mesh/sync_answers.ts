import type { ScopeLabel } from "../core/scope.ts";
import { bucketPrefix, digestedRecord, digests } from "../memory/digests.ts";
import type { Store } from "../store/store.ts";
import type { Answer, Question as Query } from "./session.ts";
import type { Sums } from "./sums.ts";
import {
  DIGESTS_A_PAGE,
  formatAnswer,
  LARGEST_ANSWER,
  parseQuestion,
  type Question,
  type SyncAnswer,
  syncKey,
} from "./sync_protocol.ts";

/** What a hub answers from. */
export interface Answering {
  readonly store: Store;
  readonly sums: Sums;
  /** This host's name in answers: its router's id. */
  readonly host: string;
}

/**
 * Answers the questions of other hosts about a scope from this host's database. What is no question of ours, such as a
 * wildcard query that meets the key, gets no answer; nor does this host's own question.
 */
export async function* answerSync(
  answering: Answering,
  scope: ScopeLabel,
  query: Query,
): AsyncGenerator<Answer> {
  const question = parseQuestion(query.payload);
  if (question === undefined || isForOthers(question, answering.host)) return;
  const key = syncKey(scope);
  let answers = 0;
  for await (const answer of answersTo(answering, scope, question)) {
    const payload = new TextEncoder().encode(formatAnswer(answer));
    // It would end our session. It cannot be put either, so no other host can have it.
    if (payload.length > LARGEST_ANSWER) continue;
    answers++;
    yield { key, payload };
  }
  if (question.ask !== "sums") yield { key, payload: formatAnswer({ is: "end", answers }) };
}

function isForOthers(question: Question, host: string): boolean {
  return question.ask === "sums" ? question.from === host : question.to !== host;
}

async function* answersTo(
  { store, sums, host }: Answering,
  scope: ScopeLabel,
  question: Question,
): AsyncGenerator<SyncAnswer> {
  switch (question.ask) {
    case "sums": {
      const { root, buckets } = await sums.of(scope);
      yield root === question.root ? { is: "same", host } : { is: "sums", host, buckets };
      return;
    }
    case "digests": {
      const found = question.buckets.flatMap((bucket) => digests(store, scope, bucketPrefix(bucket)));
      for (let at = 0; at < found.length; at += DIGESTS_A_PAGE) {
        yield { is: "digests", digests: found.slice(at, at + DIGESTS_A_PAGE) };
      }
      return;
    }
    case "records":
      for (const name of question.records) {
        const record = digestedRecord(store, scope, name);
        if (record !== undefined) yield { is: "record", record };
      }
  }
}
