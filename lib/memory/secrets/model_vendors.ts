import { format, type SecretRule } from "./rule.ts";
import { isWordy } from "./words.ts";

/** Keys of vendors of language models and of the services agents use with them (formats: ADR 0006). */
export const modelVendorRules: readonly SecretRule[] = [
  format("anthropic-api-key", "Anthropic API key", ["sk-ant-api"], /sk-ant-api\d{2}-[\w-]{80,130}/y),
  format("anthropic-admin-key", "Anthropic admin key", ["sk-ant-admin"], /sk-ant-admin\d{2}-[\w-]{80,130}/y),
  format(
    "anthropic-oauth-token",
    "Anthropic OAuth token",
    ["sk-ant-oat", "sk-ant-ort", "sk-ant-sid"],
    /sk-ant-(?:oat|ort|sid)\d{2}-[\w-]{60,200}/y,
  ),
  format("openai-project-key", "OpenAI project key", ["sk-proj-"], /sk-proj-[\w-]{40,200}/y),
  format("openai-service-key", "OpenAI service account or admin key", [
    "sk-svcacct-",
    "sk-admin-",
    "sk-None-",
  ], /sk-(?:svcacct|admin|None)-[\w-]{40,200}/y),
  format("openai-api-key", "OpenAI API key", ["sk-"], /sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}(?!\w)/y),
  format("openrouter-key", "OpenRouter key", ["sk-or-v1-"], /sk-or-v1-[a-f0-9]{64}(?!\w)/y),
  format(
    "langfuse-secret-key",
    "Langfuse secret key",
    ["sk-lf-"],
    /sk-lf-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?!\w)/y,
  ),
  // Many vendors: older OpenAI, DeepSeek, Stability, Moonshot. From 20 characters on, as Python 1.2.0 (compat data §4.12).
  format("sk-api-key", "API key of the form sk-…", ["sk-"], /sk-[A-Za-z0-9]{20,}/y, {
    accepts: (value) => !isWordy(value),
  }),
  format(
    "huggingface-token",
    "Hugging Face token",
    ["hf_", "api_org_"],
    /(?:hf|api_org)_[A-Za-z0-9]{34}(?!\w)/y,
  ),
  format("replicate-token", "Replicate token", ["r8_"], /r8_[A-Za-z0-9]{37}(?!\w)/y),
  format("groq-key", "Groq key", ["gsk_"], /gsk_[A-Za-z0-9]{52}(?!\w)/y),
  format("xai-key", "xAI key", ["xai-"], /xai-[A-Za-z0-9]{70,90}(?!\w)/y),
  format("perplexity-key", "Perplexity key", ["pplx-"], /pplx-[A-Za-z0-9]{48}(?!\w)/y),
  format("nvidia-key", "NVIDIA key", ["nvapi-"], /nvapi-[\w-]{60,80}(?![\w-])/y),
  format("cerebras-key", "Cerebras key", ["csk-"], /csk-[a-z0-9]{48}(?!\w)/y),
  format("together-key", "Together key", ["tgp_v1_"], /tgp_v1_[\w-]{43}(?![\w-])/y),
  format(
    "langsmith-key",
    "LangSmith key",
    ["lsv2_pt_", "lsv2_sk_"],
    /lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}(?!\w)/y,
  ),
  format("pinecone-key", "Pinecone key", ["pcsk_"], /pcsk_[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,70}(?!\w)/y),
  format("tavily-key", "Tavily key", ["tvly-"], /tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}(?!\w)/y),
  format("jina-key", "Jina key", ["jina_"], /jina_[a-f0-9]{32}[\w-]{28}(?![\w-])/y),
  format("firecrawl-key", "Firecrawl key", ["fc-"], /fc-[a-f0-9]{32}(?!\w)/y),
  format("elevenlabs-key", "ElevenLabs key", ["sk_"], /sk_[a-f0-9]{48}(?!\w)/y),
];
