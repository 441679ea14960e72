import type { Observation } from "../observation.ts";

// A text, a piece of structure, or a number or word, with the blanks before it.
const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+)/gy;

/**
 * A memory as a JSON object: the members of its payload as they were received, unknown ones too, numbers in their own
 * form, on one line, with the separators and the unescaped characters of Python's `json.dumps(…, ensure_ascii=False)`.
 */
export function memoryJson({ payload }: Observation): string {
  let line = "";
  for (const [, token = ""] of payload.matchAll(TOKEN)) line += written(token);
  return line;
}

function written(token: string): string {
  if (token === "," || token === ":") return `${token} `;
  if (!token.startsWith('"')) return token;
  const text: unknown = JSON.parse(token);
  return JSON.stringify(text);
}
