import { Failure } from "../core/errors.ts";
import type { ScopeLabel } from "../core/scope.ts";
import type { BucketSum, RecordDigest, RecordSpace } from "../store/exchange.ts";
import { bucketsToCompare, difference, digestsOf, pages } from "./compare.ts";
import { publishAll } from "./publish.ts";
import type { Exchanged, Reconciling } from "./reconcile.ts";
import { PartialAnswer } from "./session.ts";
import { formatQuestion, isWhole, parseAnswer, type Question, type SyncAnswer } from "./sync_protocol.ts";
import { sleep } from "./timer.ts";

/**
 * Compares a scope with every host that answers from its database: fetches what is missing here, puts into the outbox what
 * is missing there. Undefined when nobody answers. Throws when a host does not answer whole after some tries.
 */
export async function syncScope(
  reconciling: Reconciling,
  space: RecordSpace,
  scope: ScopeLabel,
): Promise<Exchanged | undefined> {
  const key = space.syncKey(scope);
  if (key === undefined) return undefined;
  const ours = await reconciling.sums.of(space, scope);
  const asked: Question = { ask: "sums", root: ours.root, from: reconciling.session.zid };
  const answers = await ask(reconciling, key, asked, () => true);
  let answered = false;
  let fetched = 0;
  let published = 0;
  for (const answer of answers) {
    if (answer.is === "same") answered = true;
    if (answer.is !== "sums") continue;
    answered = true;
    const done = await compareWith(reconciling, space, scope, answer.host, ours.buckets, answer.buckets);
    fetched += done.fetched;
    published += done.published;
  }
  return answered ? { fetched, published } : undefined;
}

async function compareWith(
  reconciling: Reconciling,
  space: RecordSpace,
  scope: ScopeLabel,
  host: string,
  ours: ReadonlyMap<number, BucketSum>,
  theirs: ReadonlyMap<number, BucketSum>,
): Promise<Exchanged> {
  const { store, arrivals } = reconciling;
  const key = space.syncKey(scope) ?? "";
  let fetched = 0;
  let published = 0;
  for (const buckets of bucketsToCompare(ours, theirs)) {
    const found = await askWhole(reconciling, key, { ask: "digests", to: host, buckets });
    const there = found.flatMap((answer): readonly RecordDigest[] =>
      answer.is === "digests" ? answer.digests : []
    );
    // What is here is read now, since much may have arrived meanwhile.
    const { wanted, lacking } = difference(digestsOf(store, space, scope, buckets), there);
    published += await publishAll(reconciling, scope, lacking);
    for (const records of pages(wanted)) {
      for (const answer of await askWhole(reconciling, key, { ask: "records", to: host, records })) {
        if (answer.is !== "record") continue;
        const payload = new TextEncoder().encode(answer.record.payload);
        arrivals.fetched({ key: answer.record.key, payload, deleted: false });
        fetched++;
      }
      // Not faster than the database takes it.
      await arrivals.settled();
    }
  }
  return { fetched, published };
}

/** Asks until the answer is whole: as many values as the last one says. */
function askWhole(reconciling: Reconciling, key: string, question: Question): Promise<SyncAnswer[]> {
  return ask(reconciling, key, question, isWhole);
}

/** Pauses before a question is asked once more. Milliseconds. */
const ASK_AGAIN_MS = [200, 1_000, 3_000] as const;

async function ask(
  { session, timer, signal }: Reconciling,
  key: string,
  question: Question,
  isEnough: (answers: readonly SyncAnswer[]) => boolean,
): Promise<SyncAnswer[]> {
  for (const pause of [...ASK_AGAIN_MS, undefined]) {
    const answers: SyncAnswer[] = [];
    try {
      await session.getAll(key, (sample) => {
        const answer = sample.key === key ? parseAnswer(sample.payload) : undefined;
        if (answer !== undefined) answers.push(answer);
      }, { payload: formatQuestion(question) });
      if (isEnough(answers)) return answers;
    } catch (error) {
      if (!(error instanceof PartialAnswer) || pause === undefined) throw error;
    }
    if (pause !== undefined) await sleep(timer, pause, signal);
    signal.throwIfAborted();
  }
  throw new Failure(
    `Cannot compare ${key} with the mesh: a host does not answer whole. It is tried again.`,
  );
}
