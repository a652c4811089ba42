/** The fake LLM as an installation is set to ask it: without limits, unless told. */
import type { LlmTarget } from '../../src/llm/wire/target.ts';

export const llmTargetAt = (baseUrl: string, more: Partial<LlmTarget> = {}): LlmTarget => ({
  ...{ baseUrl, apiKey: null, model: 'fake', requestsPerMinute: null, tokensPerMinute: null, requestsAtOnce: 1000 },
  ...{ contextTokens: null, price: null, proxies: null },
  ...more,
});
