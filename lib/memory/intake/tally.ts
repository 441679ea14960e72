import { findSecrets, type SecretBearer } from "../secrets/fields.ts";

/** What became of the entries of a file, counted while they are taken. */
export interface Tally {
  /** Memories that were not here. */
  added: number;
  /** Those of them that took the place of what an earlier version of the file had said. */
  replacing: number;
  /** Deletions that were not here. */
  deleted: number;
  /** What was here already. */
  known: number;
  /** What was changed, replaced or deleted here after it was taken, so that it stays as it is here. */
  kept: number;
  /** Records of scopes that this user does not read. */
  otherScopes: number;
  readonly problems: Problem[];
}

/** An entry that somebody should look at. */
export interface Problem {
  readonly where: string;
  /** `refused`: not taken for a secret; `flagged`: taken, but kept from the mesh; `unreadable`: not taken. */
  readonly kind: "refused" | "flagged" | "unreadable";
  readonly reason: string;
}

/** A tally of nothing. */
export function emptyTally(): Tally {
  return { added: 0, replacing: 0, deleted: 0, known: 0, kept: 0, otherScopes: 0, problems: [] };
}

/** Adds the counts of a part to those of the whole. */
export function add(tally: Tally, part: Tally): void {
  tally.added += part.added;
  tally.replacing += part.replacing;
  tally.deleted += part.deleted;
  tally.known += part.known;
  tally.kept += part.kept;
  tally.otherScopes += part.otherScopes;
  tally.problems.push(...part.problems);
}

/** What in a memory looks like a secret, in words that do not repeat it; undefined when nothing does. */
export function secretIn(memory: SecretBearer): string | undefined {
  const [first, ...more] = findSecrets(memory);
  if (first === undefined) return undefined;
  const { field, finding } = first;
  const others = more.length === 0 ? "" : `, and ${more.length} more`;
  return `its ${field} holds what looks like a secret (${finding.title}, rule ${finding.rule}, line ${finding.line}${others})`;
}
