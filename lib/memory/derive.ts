/** The longest subject and summary that are derived, in characters (compat data §4.12). */
export const SUBJECT_LENGTH = 80;
export const SUMMARY_LENGTH = 200;

// A sentence ends at a CJK stop anywhere, at a Latin one before a blank or the end.
const SENTENCE_END = /[。．！？]|[.!?](?=\s|$)/gu;

/** A subject from a content: its first line that is not empty, without heading marks, cut to 80 characters. */
export function deriveSubject(content: string): string {
  for (const line of content.split("\n")) {
    const text = line.replace(/^[\s#>*-]+/, "").trim();
    if (text !== "") return cut(text, SUBJECT_LENGTH);
  }
  return "";
}

/** A summary from a content: its first sentence, cut to 200 characters. */
export function deriveSummary(content: string): string {
  const text = content.replace(/^[\s#>*-]+/, "").replaceAll(/\s+/g, " ").trim();
  for (const end of text.matchAll(SENTENCE_END)) {
    const sentence = text.slice(0, end.index + 1);
    if (!isAbbreviation(sentence)) return cut(sentence, SUMMARY_LENGTH);
  }
  return cut(text, SUMMARY_LENGTH);
}

/** Cuts a text to `length` characters, the last one an ellipsis, never through a character. */
export function cut(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("").trimEnd()}…`;
}

// "J. Smith", "e.g. this", "1. First" do not end after the full stop.
function isAbbreviation(sentence: string): boolean {
  return /(?:^|[\s.])(?:\p{L}|\d{1,3})\.$/u.test(sentence);
}
