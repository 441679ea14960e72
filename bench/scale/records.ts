import { DAY, type Micros, MINUTE } from "../../lib/core/clock.ts";
import { MESH } from "../../lib/core/scope.ts";
import { MEMORY_TYPES, type Observation } from "../../lib/memory/observation.ts";
import { formatObservation } from "../../lib/memory/observation.ts";
import { seededNumbers } from "../../tests/support/random.ts";

/** A generated memory and questions whose answer it is. */
export interface Generated {
  readonly observation: Observation;
  /** A word that only this memory has. */
  readonly rare: string;
  /** Words of its subject's topic that stand in it, in the order of the text. */
  readonly topical: readonly string[];
  readonly language: "en" | "ja";
}

/** When the first generated memory was saved; each is a minute after the one before. */
export const FIRST: Micros = Date.parse("2024-01-01T00:00:00Z") * 1000;

// About as many as an English reader knows, and enough rare ones that most are in few of a million memories.
const WORDS = 40_000;
const TOPICS = 4_000;
const WORDS_IN_TOPIC = 24;
const PROJECTS = 400;
const ENGLISH_GLUE =
  "the of to a in is and for that it with on as be this by from at or are was not we when which if has can will but after before an"
    .split(" ");
const JAPANESE_GLUE = [
  "の",
  "は",
  "を",
  "に",
  "が",
  "で",
  "と",
  "から",
  "まで",
  "して",
  "した",
  "する",
  "です",
  "ため",
  "ので",
  "には",
];
const ONSETS = "b c d f g h j k l m n p r s t v w br cl dr fl gr pl pr sl st tr sh ch th".split(" ");
const VOWELS = "a e i o u ai ea ou".split(" ");
const CODAS = ["", "", "n", "r", "l", "s", "t", "ck", "nd", "st", "m", "p"];
const ENDINGS = ["", "", "", "ed", "ing", "s", "er", "tion", "able", "ly", "ment"];
const KANJI =
  "設定予約管理画面検索索引同期接続認証失敗成功処理実行環境変数更新削除追加確認修正変更問題原因対応方法手順記録保存読込書込通信切断再試行時間制限上限下限容量不足増加減少性能測定結果比較評価試験自動手動全体部分共有権限利用者端末番号名前表示入力出力形式文字列配列構造型定義関数呼出引数戻値例外発生監視通知警告障害復旧移行計画設計実装導入廃止採用決定理由背景影響範囲注意事項参照資料仕様要件顧客請求支払金額税率計算集計報告承認申請";

/** Gives the generated memories, the same for the same seed: one after the other, nothing is held. */
export function* generate(count: number, seed: number): Generator<Generated> {
  const next = seededNumbers(seed);
  const language = new Vocabulary(next);
  for (let index = 0; index < count; index++) yield language.memory(index);
}

class Vocabulary {
  readonly #english: string[];
  readonly #japanese: string[];
  readonly #zipf: Float64Array;
  readonly #topics: Uint32Array;

  constructor(readonly next: () => number) {
    this.#english = distinct(WORDS, () => this.#word());
    this.#japanese = distinct(WORDS / 4, () => this.#compound());
    this.#zipf = new Float64Array(WORDS);
    let sum = 0;
    for (let rank = 0; rank < WORDS; rank++) this.#zipf[rank] = sum += 1 / (rank + 8);
    this.#topics = Uint32Array.from(
      { length: TOPICS * WORDS_IN_TOPIC },
      () => Math.floor(next() ** 2 * WORDS),
    );
  }

  memory(index: number): Generated {
    const { next } = this;
    const language = next() < 0.7 ? "en" : "ja";
    const topic = Math.floor(next() ** 2 * TOPICS);
    const rare = `${this.#english[index % WORDS]}${index.toString(36)}q`;
    const topical: string[] = [];
    const length = 14 + Math.floor(next() ** 2 * 110);
    const words = Array.from({ length }, () => this.#next(language, topic, topical));
    words[Math.floor(next() * length)] = rare;
    const subject = Array.from({ length: 5 }, () => this.#next(language, topic, topical)).join(
      between(language),
    );
    const project = `project-${Math.floor(next() ** 3 * PROJECTS)}`;
    const fields = {
      id: Array.from({ length: 4 }, () => Math.floor(next() * 2 ** 32).toString(16).padStart(8, "0")).join(
        "",
      ),
      scope: MESH,
      author: {
        agentFamily: ["claude", "codex", "gemini"][Math.floor(next() * 3)] ?? "claude",
        clientId: `agent@host${Math.floor(next() * 12)}`,
        pcId: Math.floor(next() * 12).toString(16).padStart(32, "0"),
        sessionId: `s${Math.floor(index / 40)}`,
      },
      content: sentences(words, language),
      project,
      tags: Array.from({ length: Math.floor(next() * 3) }, () => `tag${Math.floor(next() ** 3 * 300)}`),
      createdAt: FIRST + index * MINUTE + Math.floor(next() * MINUTE),
      memoryType: MEMORY_TYPES[Math.floor(next() * MEMORY_TYPES.length)] ?? "note",
      importance: 1 + Math.floor(next() * 5),
      subject,
      summary: "",
      sourceFiles: next() < 0.3
        ? [`src/${this.#english[Math.floor(next() * 3000)]}/${this.#english[topic]}.ts`]
        : [],
      references: [],
      supersedes: [],
      expiresAt: next() < 0.01 ? FIRST + index * MINUTE + 3650 * DAY : undefined,
    };
    const observation: Observation = { ...fields, purgedAt: undefined, payload: formatObservation(fields) };
    return { observation, rare, topical: [...new Set(topical)], language };
  }

  #next(language: "en" | "ja", topic: number, topical: string[]): string {
    const { next } = this;
    const glue = language === "en" ? ENGLISH_GLUE : JAPANESE_GLUE;
    if (next() < 0.4) return glue[Math.floor(next() ** 2 * glue.length)] ?? "";
    const isTopical = next() < 0.5;
    const rank = isTopical
      ? this.#topics[topic * WORDS_IN_TOPIC + Math.floor(next() * WORDS_IN_TOPIC)] ?? 0
      : this.#rank();
    const words = language === "en" ? this.#english : this.#japanese;
    const word = words[rank % words.length] ?? "";
    if (isTopical) topical.push(word);
    return word;
  }

  #rank(): number {
    const at = this.next() * (this.#zipf[WORDS - 1] ?? 0);
    let [low, high] = [0, WORDS - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#zipf[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #word(): string {
    const syllables = 1 + Math.floor(this.next() * 3);
    let word = "";
    for (let i = 0; i < syllables; i++) word += this.#of(ONSETS) + this.#of(VOWELS) + this.#of(CODAS);
    return word + this.#of(ENDINGS);
  }

  #compound(): string {
    const length = 2 + Math.floor(this.next() * 3);
    return Array.from({ length }, () => KANJI[Math.floor(this.next() * KANJI.length)]).join("");
  }

  #of(list: readonly string[]): string {
    return list[Math.floor(this.next() * list.length)] ?? "";
  }
}

function distinct(count: number, make: () => string): string[] {
  const made = new Set<string>();
  while (made.size < count) made.add(make());
  return [...made];
}

function between(language: "en" | "ja"): string {
  return language === "en" ? " " : "";
}

// Twelve words a sentence.
function sentences(words: readonly string[], language: "en" | "ja"): string {
  const stop = language === "en" ? ". " : "。";
  let text = "";
  words.forEach((word, index) => {
    text += word + (index % 12 === 11 || index === words.length - 1 ? stop : between(language));
  });
  return text.trimEnd();
}
