import { sha256 } from "../core/digest.ts";
import { formatFrontMatter } from "../core/front_matter.ts";
import { scopeLabel } from "../core/scope.ts";
import { formatTime } from "../core/time.ts";
import { formatObservation, type Observation } from "./observation.ts";
import { inline } from "./render/neutralise.ts";

/** How a file of many memories begins. */
export const MARKDOWN_START = "# Memories\n\n<!-- kioku-mesh:memories -->\n\n";

/** How the line begins before a memory's text in a file of many, and the line after it. */
export const ENTRY = "<!-- kioku-mesh:memory ";
export const ENTRY_END = "<!-- kioku-mesh:end -->";

/** The longest part of a subject in a file's name, in characters: 4 bytes each at the most, of 255 that a name can have. */
const NAME_LENGTH = 40;

/**
 * Everything about a memory but its content, in the order in which people read it. `digest` is the SHA-256 of the payload:
 * who rebuilds the record sees by it whether it is the same to the byte.
 */
export function markdownHead(observation: Observation): Record<string, unknown> {
  const { author } = observation;
  return {
    subject: observation.subject,
    summary: observation.summary,
    project: observation.project,
    tags: observation.tags,
    type: observation.memoryType,
    importance: observation.importance,
    created_at: formatTime(observation.createdAt),
    expires_at: observation.expiresAt === undefined ? undefined : formatTime(observation.expiresAt),
    source_files: observation.sourceFiles,
    references: observation.references,
    id: observation.id,
    scope: scopeLabel(observation.scope),
    agent: author.agentFamily,
    client: author.clientId,
    host: author.pcId,
    session: author.sessionId,
    supersedes: observation.supersedes,
    signed: signedPart(observation),
    digest: sha256(observation.payload),
  };
}

// What stands in a payload before what we write of a memory: its signature. Undefined when nothing, or something else, does.
function signedPart(observation: Observation): string | undefined {
  const plain = formatObservation(observation).slice(1);
  const { payload } = observation;
  if (payload.length <= plain.length + 1 || !payload.startsWith("{") || !payload.endsWith(plain)) {
    return undefined;
  }
  return payload.slice(1, payload.length - plain.length);
}

/** A memory as a Markdown file of its own. */
export function markdownFile(observation: Observation): string {
  return formatFrontMatter(markdownHead(observation), observation.content);
}

/**
 * A memory as a part of a Markdown file of many: what people look for, then the text between two comments, the first of
 * which holds everything else. A line of the text that looks like such a comment gets a backslash.
 */
export function markdownEntry(observation: Observation): string {
  const { memoryType, importance, project, createdAt, author } = observation;
  const facts = [
    memoryType,
    `importance ${importance}`,
    ...(project === "" ? [] : [inline(project)]),
    formatTime(createdAt).slice(0, 10),
    inline(`${author.agentFamily}/${author.clientId}`),
  ];
  // No `-->` in it ends the comment.
  const head = JSON.stringify(markdownHead(observation)).replaceAll(">", "\\u003e");
  const subject = inline(observation.subject) || observation.id;
  return `## ${subject}\n\n${facts.join(" · ")}\n\n${ENTRY}${head} -->\n${
    escaped(observation.content)
  }\n${ENTRY_END}\n\n`;
}

function escaped(content: string): string {
  return content.replaceAll(/^<!-- (?=\\*kioku-mesh:)/gm, "<!-- \\");
}

/** A memory's file, as a path with slashes: a folder by project, and a name that says when, what and which, whole. */
export function markdownPath({ id, project, subject, createdAt }: Observation): string {
  const date = formatTime(createdAt).slice(0, 10);
  const name = [date, pathPart(subject), id].filter((part) => part !== "").join("-");
  return [pathPart(project), `${name}.md`].filter((part) => part !== "").join("/");
}

// Letters and digits of any script; nothing that a file system or a shell gives a meaning to.
function pathPart(text: string): string {
  const part = text.normalize("NFC").toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, "-");
  return [...part].slice(0, NAME_LENGTH).join("").replaceAll(/^-+|-+$/g, "");
}
