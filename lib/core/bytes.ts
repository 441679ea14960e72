const encoder = new TextEncoder();

/** How many bytes a text has in UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** How many bytes a value has as JSON in UTF-8. */
export function jsonLength(value: unknown): number {
  return byteLength(JSON.stringify(value));
}

/** A text cut to `most` bytes in UTF-8, an ellipsis at its end when something was cut, never through a character. */
export function clip(text: string, most: number): string {
  if (byteLength(text) <= most) return text;
  let end = 0;
  let bytes = 3;
  for (const character of text) {
    bytes += byteLength(character);
    if (bytes > most) break;
    end += character.length;
  }
  return `${text.slice(0, end)}…`;
}
