import { UsageError } from "../../core/errors.ts";
import { findSecrets, type SecretBearer } from "./fields.ts";

/** Refuses a memory that holds what looks like a secret, naming rule and place, never the secret itself. */
export function refuseSecrets(memory: SecretBearer): void {
  const [first, ...more] = findSecrets(memory);
  if (first === undefined) return;
  const others = more.length === 0 ? "" : `, and ${more.length} more`;
  throw new UsageError(
    `Cannot save: the ${first.field} holds what looks like a secret (${first.finding.title}, rule ${first.finding.rule}, ` +
      `line ${first.finding.line}, column ${first.finding.column}${others}). Take it out, or allow it with --allow-secret ` +
      "(MCP: allow_secret).",
  );
}
