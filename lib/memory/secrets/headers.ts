import { characterKinds, entropy, looksRandom } from "./entropy.ts";
import { isPlaceholder } from "./placeholder.ts";
import type { SecretRule, Surroundings } from "./rule.ts";
import { isWordy } from "./words.ts";

/** Passwords that every manual shows and every container starts with. */
const USUAL = new Set(
  ("password passwd pass pwd secret mysecretpassword admin root guest user username postgres mysql mariadb mongo mongodb " +
    "redis rabbitmq dev local localhost test testing token pw minioadmin elastic default none x-oauth-basic x-access-token")
    .split(" "),
);

/** Secrets told by where they stand: in the address of a server, in a header, on a command line. */
export const headerRules: readonly SecretRule[] = [
  url(
    "database-url-password",
    "password in a database address",
    "postgres|postgresql|mysql|mariadb|mongodb|mongodb\\+srv|mssql|sqlserver|cockroachdb|clickhouse|oracle|snowflake|neo4j|neo4j\\+s|bolt",
  ),
  url(
    "queue-url-password",
    "password in the address of a cache or queue",
    "redis|rediss|valkey|amqp|amqps|nats|kafka|mqtt|mqtts|stomp",
  ),
  url(
    "mail-or-file-url-password",
    "password in the address of a mail or file server",
    "smtp|smtps|imap|imaps|pop3|ftp|ftps|sftp|ssh|ldap|ldaps|smb",
  ),
  url("url-password", "password in an address", "[a-z][a-z0-9+.-]{0,30}"),
  {
    id: "bearer-token",
    title: "bearer token",
    anchors: ["bearer "],
    lead: /bearer {1,4}/iy,
    // From 20 characters on, as Python 1.2.0 (compat data §4.12).
    value: /[\w.~+/-]{20,}={0,2}/y,
    accepts: (value) => !isWordy(value) && characterKinds(value) > 1,
  },
  {
    id: "basic-auth-header",
    title: "user and password in a header",
    anchors: ["basic "],
    lead: /basic {1,4}/iy,
    value: /[A-Za-z0-9+/]{12,400}={0,2}(?![\w+/=])/y,
    accepts: isUserAndPassword,
  },
  {
    id: "registry-auth",
    title: "user and password of a registry",
    anchors: ['"auth"', "_auth"],
    lead: /(?:"auth"\s{0,4}:\s{0,4}"|_auth\s{0,4}=\s{0,4}"?)/iy,
    value: /[A-Za-z0-9+/]{12,400}={0,2}(?![\w+/=])/y,
    accepts: isUserAndPassword,
  },
  {
    id: "curl-password",
    title: "password of a curl command",
    anchors: [" -u", " --user"],
    lead: / (?:-u|--user)[ =]{0,4}["']?[^\s:"'=]{1,64}:/iy,
    value: /[^\s"':]{8,200}/y,
    accepts: isPassword,
  },
  {
    id: "netrc-password",
    title: "password of a netrc line",
    anchors: ["password"],
    lead: /password\s{1,4}/iy,
    prior: /login\s[^\s]{1,30}\s{1,4}$/i,
    value: /[^\s"']{6,200}/y,
    accepts: (value) => !USUAL.has(value.toLowerCase()),
  },
];

/** A password as people choose them: three kinds of character, or long and random; not code that fetches one. */
export function isPassword(value: string, around: Surroundings): boolean {
  if (around.after !== "" && "([{<".includes(around.after)) return false;
  if (USUAL.has(value.toLowerCase()) || /passw|secret|p@ssw/i.test(value) || entropy(value) < 2.5) {
    return false;
  }
  return characterKinds(value) >= 3 || looksRandom(value);
}

function url(id: string, title: string, schemes: string): SecretRule {
  return {
    id,
    title,
    anchors: ["://"],
    lead: new RegExp(`(?<=(?<![a-z0-9+.-])(?:${schemes})):\\/\\/[^\\s:@\\/?#"'<>]{0,100}:`, "iy"),
    value: /[^\s@/?"'`<>]{3,}(?=@[^\s/"'])/y,
    accepts: (value) =>
      !USUAL.has(value.toLowerCase()) && !/passw/i.test(value) && !/^[A-Z][A-Z_]*$/.test(value),
  };
}

/** Whether the text is base64 for `user:password` and the password is none of the usual ones. */
function isUserAndPassword(value: string): boolean {
  try {
    const [user = "", ...rest] = atob(value).split(":");
    const password = rest.join(":");
    return /^[\x20-\x7e]+$/.test(user + password) && password.length >= 4 && user.length > 0 &&
      !USUAL.has(password.toLowerCase()) && !isPlaceholder(password);
  } catch {
    return false;
  }
}
