import { sha256 } from "../../core/digest.ts";
import { messageOf } from "../../core/errors.ts";
import { type FrontMatter, parseFrontMatter } from "../../core/front_matter.ts";
import { isId } from "../../core/ids.ts";
import { isObject, type JsonObject } from "../../core/json.ts";
import { recordKey } from "../../core/keyspace.ts";
import { parseScopeLabel } from "../../core/scope.ts";
import { readFields, readList, readText, readTime } from "../fields.ts";
import { ENTRY, ENTRY_END, MARKDOWN_START } from "../markdown.ts";
import { formatObservation } from "../observation.ts";
import type { Entry, RecordEntry } from "./entry.ts";
import { jsonOf } from "./jsonl.ts";

/** Whether a text is one that `export` wrote: a memory's own file, or one of many. */
export function looksExported(text: string): boolean {
  return isOwnFile(text) || holdsMany(text);
}

// An edited file may have another beginning, and a file of none has no parts.
function holdsMany(text: string): boolean {
  return text.includes(`\n${ENTRY}`) || text.replaceAll("\r\n", "\n").startsWith(MARKDOWN_START);
}

// A memory of its own file may hold what parts the memories of another.
function isOwnFile(text: string): boolean {
  try {
    const { head } = parseFrontMatter(text);
    return "digest" in head && "id" in head && "scope" in head;
  } catch {
    return false;
  }
}

/** Reads the memories of a Markdown file that `export` wrote, edited or not. `path` names the file to people. */
export function* readExported(text: string, path: string): Generator<Entry> {
  if (isOwnFile(text) || !holdsMany(text)) {
    return yield entryOf(path, () => parseFrontMatter(text));
  }
  let at = text.indexOf(`\n${ENTRY}`);
  while (at >= 0) {
    const next = text.indexOf(`\n${ENTRY}`, at + 1);
    const part = text.slice(at + 1, next < 0 ? undefined : next);
    const line = text.slice(0, at + 1).split("\n").length;
    yield entryOf(`line ${line}`, () => parsePart(part));
    at = next;
  }
}

// The head's line, the text, and the line that ends it; what stands between two parts is for people.
function parsePart(part: string): FrontMatter {
  const begin = part.indexOf("\n");
  const line = part.slice(0, begin < 0 ? undefined : begin).replace(/\r$/, "");
  const head = line.endsWith(" -->") ? jsonOf(line.slice(ENTRY.length, -" -->".length)) : undefined;
  if (!isObject(head)) throw new Error("the line before it is damaged");
  const end = part.search(new RegExp(`^${ENTRY_END}\\r?$`, "m"));
  if (begin < 0 || end < 0) throw new Error(`the line "${ENTRY_END}" after it is missing`);
  const body = part.slice(begin + 1, end).replace(/\r?\n$/, "");
  return { head, body: body.replaceAll(/^<!-- \\(?=\\*kioku-mesh:)/gm, "<!-- ") };
}

function entryOf(where: string, read: () => FrontMatter): Entry {
  try {
    return exportedOf(where, read());
  } catch (error) {
    return { kind: "unreadable", where, reason: messageOf(error) };
  }
}

function exportedOf(where: string, { head, body }: FrontMatter): Entry {
  const id = readText(head, "id");
  const scope = parseScopeLabel(readText(head, "scope"));
  if (!isId(id)) throw new Error("its id is not one of 32 hexadecimal digits");
  if (scope === undefined) throw new Error("its scope is not mesh, user/NAME or team/NAME");
  const fields = {
    subject: "",
    summary: "",
    project: "",
    tags: [],
    memoryType: "note",
    importance: 2,
    sourceFiles: [],
    references: [],
    expiresAt: undefined,
    ...readFields(head),
    content: body,
  } as const;
  const createdAt = readTime(head, "created_at");
  const supersedes = readList(head, "supersedes").filter(isId);
  const record = { id, scope, createdAt: createdAt ?? 0, supersedes, ...fields };
  return {
    kind: "exported",
    where,
    id,
    scope,
    fields,
    createdAt,
    supersedes,
    record: rebuilt(where, head, record),
  };
}

/** The record that was exported, when the text still says all of it. */
function rebuilt(
  where: string,
  head: JsonObject,
  fields: Omit<Parameters<typeof formatObservation>[0], "author">,
): RecordEntry | undefined {
  const author = {
    agentFamily: readText(head, "agent"),
    clientId: readText(head, "client"),
    pcId: readText(head, "host"),
    sessionId: readText(head, "session"),
  };
  const payload = `{${readText(head, "signed")}${formatObservation({ ...fields, author }).slice(1)}`;
  if (sha256(payload) !== readText(head, "digest")) return undefined;
  return { kind: "record", where, key: recordKey("obs", fields.scope, author, fields.id), payload };
}
