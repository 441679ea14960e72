import { looksRandom } from "./entropy.ts";
import { isPassword } from "./headers.ts";
import type { SecretRule, Surroundings } from "./rule.ts";
import { isWordy } from "./words.ts";

/**
 * A name's last word and what may stand between name and value: `=`, `:=`, `=>`, `:`, ` is `, and what Japanese notes
 * use. One pattern for all the rules, so that prose that has the words but assigns nothing costs no more than this one.
 */
const ASSIGNMENT = new RegExp(
  "(?:key(?:_base)?|secret|token|credentials?|password|passwd|passphrase|pwd|キー|鍵|シークレット|トークン|パスワード)" +
    String
      .raw`\\?["'\x60]?\]?(?:[ \t]{0,4}(?::=|=>|={1,3}|:|＝|：)\s{0,4}| is |\s?(?:は|が)\s?)\\?["'\x60「]?`,
  "iy",
);

/** A value in quotes runs to the quote; a bare one to the next blank or sign that ends a value in code or data. */
const PASSWORD =
  /(?<=["'`])(?:(?!["'`\\])[!-~]){8,200}(?=\\?["'`])|(?<!["'`])(?:(?!["'`\\,;=:<>(){}[\]|])[!-~]){8,}/y;
const TOKEN = /(?<=["'`])[\w.~+/=!@#$%^&*:-]{16,300}(?=\\?["'`])|(?<!["'`])[\w.~+/!@#$%^*-]{16,}={0,2}/y;

/** Secrets told by the name they are given: `NAME=value`, `"name": "value"`, `--name value`. The special ones come first. */
export const assignmentRules: readonly SecretRule[] = [
  {
    id: "aws-secret-access-key",
    title: "AWS secret access key",
    anchors: ["key"],
    lead: ASSIGNMENT,
    prior: /secret[_ ]?(?:access[_ ]?)?$/i,
    value: /[A-Za-z0-9+/]{40}(?![\w+/=])/y,
    accepts: (value) => /[A-Z]/.test(value) && /[a-z]/.test(value) && looksRandom(value),
  },
  {
    id: "aws-session-token",
    title: "AWS session token",
    anchors: ["token"],
    lead: ASSIGNMENT,
    prior: /(?:session|security)_?$/i,
    value: /[A-Za-z0-9+/]{100,}={0,2}/y,
  },
  {
    id: "azure-account-key",
    title: "key of an Azure storage, bus or database account",
    anchors: ["key"],
    lead: ASSIGNMENT,
    prior: /(?:account|sharedaccess|primary)$/i,
    value: /[A-Za-z0-9+/]{42,86}={1,2}(?![\w+/=])/y,
  },
  {
    id: "azure-sas-signature",
    title: "signature of an Azure shared access address",
    anchors: ["sig="],
    lead: /sig=/iy,
    prior: /[?&]$/,
    value: /[A-Za-z0-9%+/]{43,60}(?:%3D|=)/iy,
  },
  {
    id: "wireguard-private-key",
    title: "WireGuard key",
    anchors: ["key"],
    lead: ASSIGNMENT,
    prior: /(?:private|preshared)$/i,
    value: /[A-Za-z0-9+/]{43}=(?![\w+/=])/y,
  },
  {
    id: "generic-api-key",
    title: "key given to a name",
    anchors: ["key", "キー", "鍵"],
    lead: ASSIGNMENT,
    // A primary key, a cache key or a public key is no secret.
    prior: /(?:api|app|access|secret|private|encryption|signing|auth|master|account|shared|秘密)[_ -]?$/i,
    value: TOKEN,
    accepts: isToken,
  },
  {
    id: "generic-secret",
    title: "secret given to a name",
    anchors: ["secret", "credential", "シークレット"],
    lead: ASSIGNMENT,
    value: TOKEN,
    accepts: isToken,
  },
  {
    id: "generic-token",
    title: "token given to a name",
    anchors: ["token", "トークン"],
    lead: ASSIGNMENT,
    prior: /(?<!(?:page|next|cursor|continuation|sync|csrf|xsrf)[_-]?)$/i,
    value: TOKEN,
    accepts: (value, around) => isToken(value, around) && !UUID.test(value),
  },
  {
    id: "generic-password",
    title: "password given to a name",
    anchors: ["password", "passwd", "passphrase", "pwd", "パスワード"],
    lead: ASSIGNMENT,
    value: PASSWORD,
    accepts: (value, around) => isPassword(value, around) && !isReference(value, around),
  },
  {
    id: "command-line-secret",
    title: "secret on a command line",
    anchors: ["--"],
    lead: /--[a-z-]{0,40}(?:token|secret|password|(?:api|access|auth)-?key)[ =]["']?/iy,
    prior: /\s$/,
    value: /[^\s"'`$<>{}()[\]|;]{8,200}/y,
    accepts: (value, around) =>
      isToken(value, around) || isPassword(value, around) && !isReference(value, around),
  },
];

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DIGEST = /^(?:sha\d{1,3}|md5|blake\w{1,4}|crc32)[-:]/i;
const PATH =
  /^(?:\.{1,2}\/|~\/|\/[a-z][a-z.-]+\/|[a-z]:[\\/])|:\/\/|\.(?:json|ya?ml|toml|pem|key|crt|txt|md|env|ts|js|py|go|rs|sh)$/i;
const NAME_CHAIN = /^[A-Za-z_]\w*(?:(?:\.|::|->)[A-Za-z_]\w*)+$/;
const CONSTANT = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

/** A key or token as machines make them. */
function isToken(value: string, around: Surroundings): boolean {
  return looksRandom(value) && !isReference(value, around) &&
    !/passw|secret|token|api_?key|credential/i.test(value);
}

/** Whether the value is the place of the secret and not the secret: a path, a name in code, a call, a digest. */
function isReference(value: string, around: Surroundings): boolean {
  if (around.after !== "" && "([{<".includes(around.after)) return true;
  if (PATH.test(value) || DIGEST.test(value) || CONSTANT.test(value) || NAME_CHAIN.test(value)) return true;
  const quoted = around.before !== "" && "\"'`".includes(around.before);
  return !quoted && /^[A-Za-z_]\w*$/.test(value) && isWordy(value);
}
