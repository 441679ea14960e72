import { rawMembers, rawObject } from "../../core/json.ts";
import type { Observation } from "../observation.ts";

// A text, a piece of structure, or a number or word, with the blanks before it.
const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+)/gy;

/**
 * A memory as a JSON object: the members of its payload as they were received, unknown ones too, numbers in their own
 * form, on one line, with the separators and the unescaped characters of Python's `json.dumps(…, ensure_ascii=False)`. What its
 * signature came to is the member `_signature`, when it is given; what the payload itself says there is left out then.
 */
export function memoryJson({ payload }: Observation, signature?: string): string {
  let line = "";
  for (const [, token = ""] of marked(payload, signature).matchAll(TOKEN)) line += written(token);
  return line;
}

const SIGNATURE = "_signature";

function marked(payload: string, signature: string | undefined): string {
  if (signature === undefined) return payload;
  const members = rawMembers(payload).filter(({ name }) => name !== SIGNATURE);
  return rawObject([...members, { name: SIGNATURE, value: JSON.stringify(signature) }]);
}

function written(token: string): string {
  if (token === "," || token === ":") return `${token} `;
  if (!token.startsWith('"')) return token;
  const text: unknown = JSON.parse(token);
  return JSON.stringify(text);
}
