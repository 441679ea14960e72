import { seededNumbers } from "../../../support/random.ts";

const PIECES = [
  ..."the timeouts caches don't Alice’s well-known e.g. fooBarBaz foo_bar src/lib/x.ts:42 std::vector v2.4.1 #191"
    .split(" "),
  ..."https://example.com/a?b=c alice@example.com C:\\path C++ .env --flag $HOME API設定 設定を変更 サーバーが ｻｰﾊﾞｰ サ−バ"
    .split(" "),
  ..."설정을 为什么 ภาษาไทย 𠮷野家 Café cafe\u0301 Straße İ ﬁ ½ ﷺ 👩‍💻 🇯🇵 1️⃣ か\u3099 ﾞ ᄒ ᅡ ᆫ \u200d \ud800 \udc00 \0 \x1b[31m \x1b"
    .split(" "),
  ..."\" ' - -- _ . .. / \\ : :: @ # ( ) 、 。 「 」 ー ・ \u0301 \u3000 \n \u2028 \u00ad \ufe0f".split(/ /),
];

/** Text with everything that is hard: words of many scripts, signs, broken characters, any code point. */
export function anyText(seed: number, pieces: number): string {
  const next = seededNumbers(seed);
  let text = "";
  for (let count = 0; count < pieces; count++) {
    const piece = PIECES[Math.floor(next() * PIECES.length)] ?? "";
    text += next() < 0.1 ? String.fromCodePoint(Math.floor(next() * 0x110000)) : piece;
    if (next() < 0.4) text += " ";
  }
  return text;
}
