// Nothing of this is seen, yet it can move, hide or reorder what is: controls, line separators, everything that Unicode
// shows as nothing (zero width, bidi marks, tags), marks of annotations, and halves of characters.
const UNSEEN = String.raw`(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB\p{Cs}]`;

// Scripts in which a joiner or non-joiner between letters is part of the spelling.
const JOINING = [
  "Arab",
  "Syrc",
  "Deva",
  "Beng",
  "Guru",
  "Gujr",
  "Orya",
  "Taml",
  "Telu",
  "Knda",
  "Mlym",
  "Sinh",
]
  .map((script) => String.raw`\p{Script=${script}}`).join("");

// Where one such character is part of ordinary text: a joiner within an emoji or between letters of those scripts, a
// choice of form after an emoji or a Han character.
const ORDINARY = [
  String.raw`(?<=[\p{Extended_Pictographic}\uFE0F\u{1F3FB}-\u{1F3FF}])\u200D(?=\p{Extended_Pictographic})`,
  String.raw`(?<=[${JOINING}])[\u200C\u200D](?=[${JOINING}])`,
  String.raw`(?<=\p{Emoji})[\uFE0E\uFE0F]`,
  String.raw`(?<=\p{Script=Han})[\u{E0100}-\u{E01EF}]`,
].join("|");

const EVERY = new RegExp(UNSEEN, "gu");
const LOOK = new RegExp(UNSEEN, "u");
const REPLACE = new RegExp(`(${ORDINARY})|${UNSEEN}`, "gu");

/**
 * Makes a text from elsewhere harmless to show: control, bidi and zero-width characters become visible (`␛`, `\u202e`),
 * line ends become `\n`. Line ends and tabs stay, and so do joiners where they belong to an emoji or to a script.
 */
export function neutralise(text: string): string {
  if (!LOOK.test(text)) return text;
  return text.replaceAll("\r\n", "\n").replaceAll(REPLACE, (found, ordinary) => ordinary ?? visible(found));
}

/** The same on one line: line ends and tabs become blanks. */
export function inline(text: string): string {
  return neutralise(text).replaceAll(/[\n\t]+/g, " ").trim();
}

/**
 * A value as one line of JSON in which no character stands that is not seen: they are escaped (`\u202e`), so that whoever
 * reads the JSON gets every text as it was, and whoever looks at it sees what is there.
 */
export function seenJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(EVERY, (found) => found.split("").map(escaped).join(""));
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  // Unicode has a picture of each of the first 32 controls, in their order, and of the last.
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "␡";
  const digits = code.toString(16);
  return code > 0xffff ? `\\u{${digits}}` : `\\u${digits.padStart(4, "0")}`;
}
