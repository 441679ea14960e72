import { seededNumbers } from "../../support/random.ts";
import { Buffer } from "node:buffer";

/** Makes random keys that are the same for the same seed, so that no key is ever written in a file. */
export class KeyMaker {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seededNumbers(seed);
  }

  pick(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet.charAt(Math.floor(this.#next() * alphabet.length))).join("");
  }

  lower(length: number): string {
    return this.pick("abcdefghijklmnopqrstuvwxyz", length);
  }

  digits(length: number): string {
    return this.pick("0123456789", length);
  }

  hex(length: number): string {
    return this.pick("0123456789abcdef", length);
  }

  base32(length: number): string {
    return this.pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", length);
  }

  base36(length: number): string {
    return this.pick("0123456789abcdefghijklmnopqrstuvwxyz", length);
  }

  base62(length: number): string {
    return this.pick("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", length);
  }

  base64(length: number): string {
    return this.pick("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/", length);
  }

  url64(length: number): string {
    return this.pick("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_", length);
  }

  uuid(): string {
    return [8, 4, 4, 4, 12].map((length) => this.hex(length)).join("-");
  }

  /** Characters of all four kinds, as a person's password. */
  password(length = 14): string {
    return this.pick("abcdefghijkmnpqrstuvwxyz", length - 4) + this.pick("ABCDEFGHJKLMNPQRSTUVWXYZ", 1) +
      this.digits(2) + this.pick("!#%^&*+", 1);
  }

  pem(label: string): string {
    const lines = Array.from({ length: 6 }, () => this.base64(64)).join("\n");
    return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----`;
  }

  jwt(): string {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    return `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: this.hex(12), iat: 1 })}.${this.url64(43)}`;
  }
}

/** For each rule texts in which it, and nothing else, must be found: the secret stands between « and ». */
export function examples(make: KeyMaker): Record<string, string[]> {
  const key = (...parts: string[]): string => `«${parts.join("")}»`;
  const basic = Buffer.from(`svc:${make.password()}`).toString("base64");
  return {
    "aws-access-key-id": ["AKIA", "ASIA"].map((start) => key(start, make.base32(16))),
    "aws-bedrock-key": [key("AB", "SK", make.base64(120), "=")],
    "aws-bedrock-session-key": [key("bedrock-", "api-key-", make.base64(200))],
    "aws-mws-token": [key("amzn", ".mws.", make.uuid())],
    "google-api-key": [key("AI", "za", make.url64(34), "x")],
    "google-oauth-token": [key("ya", "29.", make.url64(80))],
    "google-oauth-secret": [key("GOC", "SPX-", make.url64(27), "x")],
    "google-refresh-token": [key("1/", "/0", make.url64(60))],
    "azure-client-secret": [key(make.base62(3), "8Q~", make.base62(33))],
    "alibaba-access-key-id": [key("LT", "AI", make.base62(20))],
    "tencent-secret-id": [key("AK", "ID", make.base62(32))],
    "yandex-api-key": [key("AQ", "VN", make.base62(36))],
    "digitalocean-token": ["p", "o", "r"].map((kind) => key("do", kind, "_v1_", make.hex(64))),
    "heroku-api-key": [key("HR", "KU-", "AA", make.url64(57), "x")],
    "fly-token": [key("fo", "1_", make.url64(42), "x"), key("fm", "2_", make.base64(160))],
    "cloudflare-token": [key("cf", "ut_", make.base62(40), make.hex(8))],
    "cloudflare-origin-ca-key": [key("v1", ".0-", make.hex(24), "-", make.hex(146))],
    "vercel-token": [key("vc", "p_", make.base62(56))],
    "netlify-token": [key("nf", "p_", make.base62(36))],
    "supabase-token": [key("sb", "p_", make.hex(40))],
    "supabase-secret-key": [key("sb_", "secret_", make.base62(41))],
    "planetscale-token": ["tkn", "pw", "oauth"].map((kind) => key("ps", "cale_", kind, "_", make.base62(43))),
    "databricks-token": [key("da", "pi", make.hex(32))],
    "terraform-cloud-token": [key(make.base62(14), ".atl", "asv1.", make.base62(67))],
    "pulumi-token": [key("pu", "l-", make.hex(40))],
    "vault-token": [key("hv", "s.", make.url64(94), "x"), key("hv", "b.", make.url64(150), "x")],
    "doppler-token": [key("dp", ".pt.", make.base62(43)), key("dp", ".st.", "dev.", make.base62(43))],
    "onepassword-service-token": [key("op", "s_", "eyJ", make.base62(300))],
    "onepassword-secret-key": [
      key("A", "3-", [6, 6, 5, 5, 5, 5].map((length) => make.base32(length)).join("-")),
    ],
    "tailscale-key": [key("ts", "key-", "auth-", make.base62(16), "-", make.base62(32))],
    "openshift-token": [key("sha", "256~", make.url64(42), "x")],
    "github-personal-token": [key("gh", "p_", make.base62(36)), key("gh", "p_", make.base62(10))],
    "github-oauth-token": [key("gh", "o_", make.base62(36))],
    "github-app-token": [key("gh", "s_", make.base62(36)), key("gh", "u_", make.base62(36))],
    "github-refresh-token": [key("gh", "r_", make.base62(76))],
    "github-fine-grained-token": [key("git", "hub_pat_", make.base62(22), "_", make.base62(59))],
    "gitlab-personal-token": [
      key("gl", "pat-", make.base62(20)),
      key("gl", "pat-", make.base62(27), ".01.", make.base36(9)),
    ],
    "gitlab-runner-token": [key("gl", "rt-", make.base62(20)), key("GR13", "48941", make.base62(20))],
    "gitlab-job-token": [key("gl", "cbt-", "64_", make.base62(20))],
    "gitlab-trigger-token": [key("gl", "ptt-", make.hex(40))],
    "gitlab-deploy-token": [key("gl", "dt-", make.base62(20))],
    "gitlab-service-token": ["oas", "soat", "ft", "ffct", "imt", "agent"].map((kind) =>
      key("gl", kind, "-", make.base62(50))
    ),
    "bitbucket-app-password": [key("AT", "BB", make.base62(32))],
    "atlassian-token": [key("AT", "ATT3", make.base62(186))],
    "npm-token": [key("np", "m_", make.base62(36))],
    "pypi-token": [key("py", "pi-", "AgEIcHlwaS5vcmc", make.base62(150))],
    "rubygems-key": [key("ruby", "gems_", make.hex(48))],
    "crates-io-token": [key("ci", "o", make.base62(32))],
    "nuget-key": [key("oy", "2", make.base36(43))],
    "clojars-token": [key("CLO", "JARS_", make.base36(60))],
    "docker-token": [key("dck", "r_pat_", make.url64(26), "x")],
    "artifactory-key": [key("AK", "Cp", make.base62(69))],
    "artifactory-reference-token": [key("cm", "Vmd", make.base62(59))],
    "sourcegraph-token": [key("sg", "p_", make.hex(16), "_", make.hex(40)), key("sg", "p_", make.hex(40))],
    "circleci-token": [key("CCI", "PAT_", make.base62(22), "_", make.hex(40))],
    "buildkite-token": [key("bk", "ua_", make.base36(40))],
    "deno-deploy-token": [key("dd", "p_", make.base62(36))],
    "sonar-token": ["u", "p", "a"].map((kind) => key("sq", kind, "_", make.hex(40))),
    "postman-key": [key("PM", "AK-", make.hex(24), "-", make.hex(34))],
    "anthropic-api-key": [key("sk-", "ant-", "api03-", make.url64(93), "AA")],
    "anthropic-admin-key": [key("sk-", "ant-", "admin01-", make.url64(93), "AA")],
    "anthropic-oauth-token": [key("sk-", "ant-", "oat01-", make.url64(93), "AA")],
    "openai-project-key": [key("sk-", "proj-", make.url64(74), "T3Blbk", "FJ", make.base62(74))],
    "openai-service-key": [key("sk-", "svcacct-", make.url64(74), "T3Blbk", "FJ", make.base62(74))],
    "openai-api-key": [key("sk-", make.base62(20), "T3Blbk", "FJ", make.base62(20))],
    "openrouter-key": [key("sk-", "or-v1-", make.hex(64))],
    "langfuse-secret-key": [key("sk-", "lf-", make.uuid())],
    "sk-api-key": [key("sk-", make.base62(48)), key("sk-", make.hex(32)), key("sk-", make.base62(20))],
    "huggingface-token": [key("hf", "_", make.base62(34)), key("api_", "org_", make.base62(34))],
    "replicate-token": [key("r", "8_", make.base62(37))],
    "groq-key": [key("gs", "k_", make.base62(52))],
    "xai-key": [key("xa", "i-", make.base62(80))],
    "perplexity-key": [key("pp", "lx-", make.base62(48))],
    "nvidia-key": [key("nv", "api-", make.url64(63), "x")],
    "cerebras-key": [key("cs", "k-", make.base36(48))],
    "together-key": [key("tg", "p_v1_", make.url64(42), "x")],
    "langsmith-key": [key("ls", "v2_pt_", make.hex(32), "_", make.hex(10))],
    "pinecone-key": [key("pc", "sk_", make.base62(6), "_", make.base62(63))],
    "tavily-key": [key("tv", "ly-", make.base62(32)), key("tv", "ly-dev-", make.base62(32))],
    "jina-key": [key("ji", "na_", make.hex(32), make.base62(28))],
    "firecrawl-key": [key("f", "c-", make.hex(32))],
    "elevenlabs-key": [key("s", "k_", make.hex(48))],
    "slack-bot-token": [key("xo", "xb-", make.digits(12), "-", make.digits(12), "-", make.base62(24))],
    "slack-user-token": [
      key("xo", "xp-", make.digits(11), "-", make.digits(11), "-", make.digits(12), "-", make.hex(32)),
    ],
    "slack-app-token": [key("xa", "pp-1-A", make.base32(10), "-", make.digits(13), "-", make.hex(64))],
    "slack-config-token": [key("xo", "xe-1-", make.base62(146)), key("xo", "xe.xoxp-1-", make.base62(163))],
    "slack-webhook": [
      `https://«hooks.slack${""}.com/services/T${make.base32(9)}/B${make.base32(9)}/${make.base62(24)}»`,
    ],
    "discord-webhook": [`https://«discord${""}.com/api/webhooks/${make.digits(18)}/${make.url64(67)}x»`],
    "teams-webhook": [
      `https://«acme.webhook.office${""}.com/webhookb2/${make.uuid()}@${make.uuid()}/IncomingWebhook/${
        make.hex(32)
      }/${make.uuid()}»`,
    ],
    "feishu-webhook": [`https://«open.feishu.cn/open-apis/bot/${""}v2/hook/${make.uuid()}»`],
    "telegram-bot-token": [key(make.digits(10), ":A", "A", make.url64(32), "x")],
    "stripe-secret-key": [key("sk", "_live_", make.base62(24)), key("rk", "_live_", make.base62(99))],
    "stripe-webhook-secret": [key("wh", "sec_", make.base62(32))],
    "square-token": [key("EA", "AA", make.url64(59), "x"), key("sq0", "csp-", make.url64(42), "x")],
    "paypal-braintree-token": [key("access_", "token$production$", make.base36(16), "$", make.hex(32))],
    "razorpay-key": [key("rzp", "_live_", make.base62(14))],
    "flutterwave-key": [key("FLW", "SECK-", make.hex(32), "-X")],
    "shopify-token": ["at", "ca", "pa", "ss"].map((kind) => key("sh", "p", kind, "_", make.hex(32))),
    "plaid-token": [key("access-", "production-", make.uuid())],
    "facebook-token": [key("EA", "AC", make.base62(180))],
    "twilio-api-key": [key("S", "K", make.hex(32))],
    "sendgrid-key": [key("S", "G.", make.url64(22), ".", make.url64(42), "x")],
    "mailgun-key": [key("ke", "y-", make.hex(32))],
    "mailchimp-key": [key(make.hex(32), "-us", "12")],
    "brevo-key": [key("xkey", "sib-", make.hex(64), "-", make.base62(16))],
    "resend-key": [key("r", "e_", make.base62(8), "_", make.base62(24))],
    "mapbox-secret-token": [key("sk", ".eyJ", make.base62(80), ".", make.url64(21), "x")],
    "notion-token": [key("nt", "n_", make.digits(11), make.base62(35)), key("sec", "ret_", make.base62(43))],
    "airtable-token": [key("pa", "t", make.base62(14), ".", make.hex(64))],
    "hubspot-token": [key("pa", "t-na1-", make.uuid())],
    "linear-key": [key("li", "n_api_", make.base62(40))],
    "figma-token": [key("fi", "gd_", make.url64(40), "x")],
    "typeform-token": [key("tf", "p_", make.base62(44), "_", make.base62(12))],
    "contentful-token": [key("CF", "PAT-", make.url64(42), "x")],
    "dropbox-token": [key("s", "l.", make.url64(140))],
    "posthog-key": [key("ph", "x_", make.base62(43))],
    "launchdarkly-key": [key("sd", "k-", make.uuid()), key("ap", "i-", make.uuid())],
    "newrelic-key": [key("NR", "AK-", make.base32(27))],
    "sentry-token": [
      key("sn", "tryu_", make.hex(64)),
      key("sn", "trys_", "eyJ", make.base62(120), "_", make.base62(43)),
    ],
    "grafana-token": [key("gl", "sa_", make.base62(32), "_", make.hex(8)), key("gl", "c_", make.base62(100))],
    "dynatrace-token": [key("dt", "0c01.", make.base32(24), ".", make.base32(64))],
    "easypost-key": [key("EZ", "AK", make.base62(54))],
    "openssh-private-key": [key(make.pem("OPENSSH PRIVATE " + "KEY"))],
    "pgp-private-key": [
      key(make.pem("PGP PRIVATE " + "KEY BLOCK").replace("\n", "\nVersion: GnuPG v2\n\n")),
    ],
    "private-key": [
      ...["RSA ", "EC ", "", "ENCRYPTED "].map((kind) => key(make.pem(kind + "PRIVATE " + "KEY"))),
      key(
        make.pem("RSA PRIVATE " + "KEY").replace(
          "\n",
          "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\n",
        ),
      ),
      `{"private${""}_key": "«${make.pem("PRIVATE " + "KEY").replaceAll("\n", "\\n")}»\\n"}`,
    ],
    "putty-private-key": [
      key(
        "PuTTY-User-",
        "Key-File-3: ssh-ed25519\nEncryption: none\nComment: me\nPublic-Lines: 1\n",
        make.base64(64),
        "\nPrivate-",
        "Lines: 1",
      ),
    ],
    "age-secret-key": [key("AGE-", "SECRET-KEY-1", make.pick("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58))],
    "bip32-private-key": [
      key("xp", "rv", make.pick("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", 107)),
    ],
    "nostr-private-key": [key("ns", "ec1", make.pick("qpzry9x8gf2tvdw0s3jn54khce6mua7l", 58))],
    "jwk-private-key": [
      `{«"kty":"EC","crv":"P-256","x":"${make.url64(43)}","y":"${make.url64(43)}","d":"${make.url64(43)}"»}`,
    ],
    "jwt": [key(make.jwt())],
    "database-url-password": [
      `postgres${""}ql://app:«${make.password()}»@db.internal:5432/app`,
      `mongodb+srv${""}://root:«${make.base62(16)}»@cluster0.abcde.mongodb.net`,
    ],
    "queue-url-password": [`redis${""}://:«${make.base62(20)}»@cache:6379/0`],
    "mail-or-file-url-password": [`smtp${""}://mailer:«${make.password()}»@mail.internal`],
    "url-password": [`https${""}://deploy:«${make.base62(16)}»@git.internal/repo.git`],
    "bearer-token": [
      `Authorization: Bearer «${make.base62(40)}»`,
      `"authorization": "bearer «${make.url64(30)}»"`,
    ],
    "basic-auth-header": [`Authorization: Basic «${basic}»`],
    "registry-auth": [`"auths": {"ghcr.io": {"auth": "«${basic}»"}}`, `//registry/:_auth=«${basic}»`],
    "curl-password": [
      `curl -u admin:«${make.password()}» https://api.internal`,
      `curl --user "ci:«${make.base62(24)}»" x`,
    ],
    "netrc-password": [`machine api.internal login me password «${make.base62(12)}»`],
    "aws-secret-access-key": [
      `aws_secret_access_key = «${make.base64(40)}»`,
      `AWS_SECRET_ACCESS_KEY=«${make.base64(40)}»`,
      `"SecretAccessKey": "«${make.base64(40)}»"`,
    ],
    "aws-session-token": [`AWS_SESSION_TOKEN=«${make.base64(300)}»`],
    "azure-account-key": [
      `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=«${make.base64(86)}==»;EndpointSuffix=x`,
    ],
    "azure-sas-signature": [`https://a.blob.core.windows.net/c?sv=2024-01-01&sig=«${make.base62(43)}%3D»`],
    "wireguard-private-key": [`[Interface]\nPrivateKey = «${make.base64(43)}=»`],
    "generic-api-key": [
      `DATADOG_API_KEY=«${make.hex(32)}»`,
      `apiKey: "«${make.base62(24)}»"`,
      `"encryption-key" => '«${make.base64(44)}»'`,
      `the API key is «${make.base36(32)}» for now`,
      `秘密鍵＝«${make.base62(32)}»`,
      `APIキーは「«${make.base62(32)}»」です`,
      `SECRET_KEY_BASE=«${make.hex(128)}»`,
      `HEROKU_API_KEY=«${make.uuid()}»`,
      `{\\"api_key\\": \\"«${make.base62(32)}»\\"}`,
    ],
    "generic-secret": [
      `client_secret: «${make.base62(32)}»`,
      `otpauth://totp/x?secret=«${make.base32(32)}»&issuer=x`,
      `const clientSecret = "«${make.base62(40)}»";`,
    ],
    "generic-token": [
      `//registry.internal/:_authToken=«${make.base62(40)}»`,
      `GITHUB_TOKEN: '«${make.hex(40)}»'`,
      `トークン：«${make.base62(24)}»`,
      `token := "«${make.url64(38)}xY»"`,
    ],
    "generic-password": [
      `DB_PASSWORD=«${make.password()}»`,
      `password: "«${make.password(18)}»"`,
      `Server=db;User Id=sa;Password=«${make.password()}»;Encrypt=true`,
      `the root password is «${make.password()}» on both hosts`,
      `パスワードは «${make.password()}» です`,
    ],
    "command-line-secret": [
      `deploy --token «${make.base62(40)}» --yes`,
      `mysql -h db --password «${make.password()}»`,
      `tool --api-key «${make.hex(32)}»`,
    ],
  };
}
