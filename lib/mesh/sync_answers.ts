import type { ScopeLabel } from "../core/scope.ts";
import { bucketPrefix, RECORD_KINDS, type RecordSpace } from "../store/exchange.ts";
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
  space: RecordSpace,
  scope: ScopeLabel,
  query: Query,
): AsyncGenerator<Answer> {
  const question = parseQuestion(query.payload);
  if (question === undefined || isForOthers(question, answering.host)) return;
  const { key } = query;
  let answers = 0;
  for await (const answer of answersTo(answering, space, scope, question)) {
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
  space: RecordSpace,
  scope: ScopeLabel,
  question: Question,
): AsyncGenerator<SyncAnswer> {
  switch (question.ask) {
    case "sums": {
      const { root, buckets } = await sums.of(space, scope);
      yield root === question.root ? { is: "same", host } : { is: "sums", host, buckets };
      return;
    }
    case "digests": {
      const found = question.buckets.flatMap((bucket) => space.digests(store, scope, bucketPrefix(bucket)));
      for (let at = 0; at < found.length; at += DIGESTS_A_PAGE) {
        yield { is: "digests", digests: found.slice(at, at + DIGESTS_A_PAGE) };
      }
      return;
    }
    case "records":
      for (const { kind, id } of question.records) {
        // What is not shown is not given either.
        if (!space.digests(store, scope, id).some((digest) => digest.kind === kind)) continue;
        const record = space.outgoing(store, RECORD_KINDS[kind], id, scope);
        if (record !== undefined) yield { is: "record", record };
      }
  }
}
