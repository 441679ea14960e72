import { assignmentRules } from "./assignments.ts";
import { cloudRules } from "./clouds.ts";
import { codeHostRules } from "./code_hosts.ts";
import { headerRules } from "./headers.ts";
import { keyRules } from "./keys.ts";
import { modelVendorRules } from "./model_vendors.ts";
import type { SecretRule } from "./rule.ts";
import { serviceRules } from "./services.ts";

/** Secrets told by their own form. Where two match at one place, the one with the longer anchor, then the first, wins. */
export const formatRules: readonly SecretRule[] = [
  ...modelVendorRules,
  ...codeHostRules,
  ...cloudRules,
  ...serviceRules,
  ...keyRules,
];

/** Secrets told by what stands before them: less sure, so these give way to the others. Anchors in small letters. */
export const contextRules: readonly SecretRule[] = [...headerRules, ...assignmentRules];
