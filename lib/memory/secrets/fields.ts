import { scanSecrets, type SecretFinding } from "./scan.ts";

/** The fields of a memory that are searched for secrets. */
export interface SecretBearer {
  readonly content: string;
  readonly subject: string;
  readonly summary: string;
  readonly tags: readonly string[];
}

/** A finding and the field in which it is. */
export interface FieldFinding {
  readonly field: keyof SecretBearer;
  readonly finding: SecretFinding;
}

/** What looks like a secret in a memory, field by field. */
export function findSecrets(memory: SecretBearer): FieldFinding[] {
  const fields: readonly (readonly [keyof SecretBearer, string])[] = [
    ["content", memory.content],
    ["subject", memory.subject],
    ["summary", memory.summary],
    ["tags", memory.tags.join("\n")],
  ];
  return fields.flatMap(([field, text]) => scanSecrets(text).map((finding) => ({ field, finding })));
}
