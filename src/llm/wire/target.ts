import type { Config } from '../../settings/config.ts';

/** Which LLM is asked, and how often it may be. */
export interface LlmTarget {
  readonly baseUrl: string;
  /** Null: the server asks for none. */
  readonly apiKey: string | null;
  /** Where a policy names none. */
  readonly model: string;
  /** Per model, over all workers; null: no limit. */
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
}

const OPENAI_URL = 'https://api.openai.com/v1';

/** Null where none is configured: the rung is then skipped, and every decision says so. */
export function llmTarget(config: Config): LlmTarget | null {
  const { OPENAI_API_KEY: apiKey = null, OPENAI_BASE_URL: address, SIGNALBOX_LLM_MODEL: model } = config;
  if (model === undefined) return null;
  return {
    ...{ baseUrl: address ?? OPENAI_URL, apiKey, model },
    requestsPerMinute: config.SIGNALBOX_LLM_REQUESTS_PER_MINUTE ?? null,
    tokensPerMinute: config.SIGNALBOX_LLM_TOKENS_PER_MINUTE ?? null,
  };
}
