// Japanese written in hiragana that joins and ends sentences or asks; every bigram within is weak.
const JAPANESE =
  `です ます でした ました ません ませんでした でしょう でしょうか ください くださいませんか という といった といって とは とか
  として としては とともに について についての において における によって による によれば にとって には にも にて にした のは のが のを のに のか
  のも ので のです のでしょうか のため ために ための ためには ように ような ようにする ようになる ようです ことが ことを ことは ことに ことも ことで
  ことができる できる できます できました できない できません できるか ものを ものは ものが ときに ときは ときの からの からは からも までに までの
  までは よりも だけで だけを などの などを などは ほど くらい ぐらい ばかり ながら けれども けど しかし しかも そして また または および ただし なお さらに
  つまり すなわち これは これを これが これら それは それを それが あれ どれ ここで ここに そこで どこで どこに どこを どこ その この あの どの こんな そんな
  どんな どうして どうやって どうすれば どうしたら どうなる どのように どのような なぜ なにを なにが なんで だれが いつから いつまで いくつ すると すれば
  するには するため するとき するように するか したい したが したら したとき したか している していた しています していない してから しても しない
  しなかった しました しますか しましょう しよう される された されている されていない されない されました されるか させる させた れる られる られた
  られて られない ていた ています てから ても ては である であり であった であれば ではない ではなく だった だが だから ならば なくて なかった なければ
  ならない なった なって なります なので なのか なのに あって あった あります ありません ありますか あれば いった いて います いません いますか いれば
  てくる てしまう しまった ておく っていう ったら もし たりする かもしれない かどうか べき はず わけ ところ まま うちに だろう でも さえ しか こそ おける
  みたい おしえて おしえてください わかる わからない ほしい ないのはなぜですか のはどこですか のはいつですか
  はどうすれば にはどうすればよいですか すればいいですか よい いい`;
const JAPANESE_MIXED = "教え 何が 何か 何も は何 が何";
const CHINESE =
  `什么 甚么 什麼 怎么 怎麼 怎样 怎樣 么样 麼樣 为什 為什 为何 如何 我们 我們 你们 你們 他们 他們 这个 這個 那个 那個 这些 這些 那些 哪个
  哪個 哪些 哪里 哪裡 这里 這裡 那里 那裡 一个 一個 没有 沒有 可以 是否 请问 請問 以及 或者 还是 還是 但是 因为 因為 所以 如果 就是 不是 有没 有沒 多少 几个`;
const CHINESE_PARTICLES = /[的了吗嗎呢吧么麼]/;
const CHINESE_WORDS = new Set(["目的", "了解", "的确", "的確", "标的", "標的", "完了", "终了"]);
const KOREAN =
  `습니 니다 니까 입니 합니 됩니 하는 하고 하여 해서 했습 했다 한다 되는 되고 되어 있는 있습 없는 없습 인가 는가 나요 까요 세요 어요 아요 어떻 떻게
  무엇 언제 어디 누가 누구 에서 으로 부터 까지 에게 이나 라고 그리 리고 그러 하지 지만 것은 것이 것을 때문 문에 대한 대해 위해 무슨 어떤 엇입`;
const KOREAN_PARTICLE = /[은는을를이가에의도로와과만]$/;
const SINGLE = new Set("的了吗嗎呢吧是在有和与與이그저왜수것등및");

const HIRAGANA = /^[ぁ-ゟー]+$/;
const KATAKANA_AND_PARTICLE = /^[ァ-ヺー][はがのにでとも]$/;
const HAN_AND_PARTICLE = /^\p{Script=Han}[はのにで]$/u;
// Before kana these are endings too: 上がる, 積もる, 落とす.
const HAN_AND_PARTICLE_BEFORE_WORD = /^\p{Script=Han}[がもと][\p{Script=Han}ァ-ヺ]$/u;
const PARTICLE_AND_WORD = /^[はがのにでともへたなる][\p{Script=Han}ァ-ヺ]$/u;
const HANGUL = /^\p{Script=Hangul}+$/u;

const fixed: ReadonlySet<string> = new Set([
  ...JAPANESE.split(/\s+/).flatMap(bigramsOf),
  ...JAPANESE_MIXED.split(" "),
  ...CHINESE.split(/\s+/),
  ...KOREAN.split(/\s+/),
]);

function bigramsOf(phrase: string): string[] {
  return Array.from({ length: phrase.length - 1 }, (_, at) => phrase.slice(at, at + 2));
}

/**
 * Whether a bigram of a question says little about what is asked: it lies within function words, or spans the border
 * between a word and the particle beside it. `run` is the stretch it was cut from, `end` where it ends there.
 */
export function isWeakBigram(bigram: string, run: string, end: number): boolean {
  if (fixed.has(bigram) || bigram.includes("を")) return true;
  if (KATAKANA_AND_PARTICLE.test(bigram) || HAN_AND_PARTICLE.test(bigram) || PARTICLE_AND_WORD.test(bigram)) {
    return true;
  }
  if (HAN_AND_PARTICLE_BEFORE_WORD.test(bigram + run.slice(end, end + 1))) return true;
  if (run.length < 3) return false;
  if (HANGUL.test(bigram)) return end === run.length && KOREAN_PARTICLE.test(bigram);
  // 的 and 了 are particles in Chinese, and parts of words in Japanese.
  return CHINESE_PARTICLES.test(bigram) && !CHINESE_WORDS.has(bigram) && !/[ぁ-ヺ]/.test(run);
}

/** Whether a character that stands alone says little: hiragana and particles. */
export function isWeakCharacter(character: string): boolean {
  return HIRAGANA.test(character) || SINGLE.has(character);
}
