// Which letters follow which within English and technical words, the common pairs only: 298 of 676.
const FOLLOWERS =
  "a:bcdfgiklmnprstuvwxy b:abeilorsuy c:acehiklortuy d:adegiorsuy e:abcdefgilmnopqrstuvwxy f:aefilortu g:aeghilnorsu " +
  "h:aeiorty i:abcdefgklmnoprstvxz j:aeosu k:aeinosuy l:acdefgiklmostuvy m:abeimopsu n:acdefgiknostuvy " +
  "o:abcdfgiklmnoprstuvwxy p:aehilorstu q:u r:acdeghiklmnoprstuvy s:acehiklmnopqstuwy t:acehilorstuwy " +
  "u:abcdegilmnprst v:aeio w:aehinors x:aceipt y:aeimnopst z:aeioy";

/** A run of letters as words in names are written: `token`, `Token`, `TOKEN`. */
const RUN = /[A-Z]?[a-z]{3,}|[A-Z]{4,}/g;

let pairs: ReadonlySet<string> | undefined;

/**
 * Whether half of the text or more is words, as in `my-service-token` or `getAccessToken`. Random text breaks into runs
 * too short to be words, or with pairs of letters that words do not have: of random keys of 20 base-36 characters 0.7 %
 * pass for words, of 20 base-62 characters 0.1 % (ADR 0006).
 */
export function isWordy(text: string): boolean {
  let letters = 0;
  for (const [run] of text.matchAll(RUN)) if (isWord(run.toLowerCase())) letters += run.length;
  return letters >= text.length / 2;
}

/** One uncommon pair in six is let pass: names and words of other languages have some. */
function isWord(run: string): boolean {
  pairs ??= new Set(
    FOLLOWERS.split(" ").flatMap((group) => Array.from(group.slice(2), (next) => group.charAt(0) + next)),
  );
  let uncommon = 0;
  for (let at = 1; at < run.length; at++) if (!pairs.has(run.slice(at - 1, at + 1))) uncommon++;
  return uncommon <= Math.floor((run.length - 1) / 6);
}
