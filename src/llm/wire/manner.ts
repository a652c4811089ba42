/**
 * How a server is asked: with all that it is known to take. It begins with the strictest form, and what a server refuses is left out from
 * then on: schema, then JSON object, then nothing but the form in the prompt.
 */
import type { WireFault } from './wireFault.ts';

export interface Manner {
  readonly format: 'schema' | 'object' | 'text';
  readonly tools: boolean;
  readonly limit: 'max_tokens' | 'max_completion_tokens' | 'none';
  /** Apart from the question; some templates know no system message. */
  readonly system: boolean;
  /** Question and answer together; null: nobody has said. */
  readonly contextTokens: number | null;
}

/** OpenAI's newer models refuse `max_tokens`; what else speaks this protocol knows that name, and not all know the other. */
export function firstManner(baseUrl: string): Manner {
  const theirs = /(^|\.)(openai\.com|openai\.azure\.com)$/.test(new URL(baseUrl).hostname);
  return { format: 'schema', tools: true, limit: theirs ? 'max_completion_tokens' : 'max_tokens', system: true, contextTokens: null };
}

const OTHER_LIMIT = (baseUrl: string, limit: Manner['limit']): Manner['limit'] => {
  const { limit: first } = firstManner(baseUrl);
  if (limit === 'none' || limit !== first) return 'none';
  return first === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
};

/** The manner without what the server refused; null: there is nothing more to leave out. */
export function withoutRefused(manner: Manner, { about, contextTokens }: WireFault, baseUrl: string): Manner | null {
  switch (about) {
    case null:
      return null;
    case 'tools':
      return { ...manner, tools: false };
    case 'format':
      return manner.format === 'text' ? null : { ...manner, format: manner.format === 'schema' ? 'object' : 'text' };
    case 'limit':
      return manner.limit === 'none' ? null : { ...manner, limit: OTHER_LIMIT(baseUrl, manner.limit) };
    case 'messages':
      return manner.system ? { ...manner, system: false } : null;
    case 'context':
      return contextTokens === null || contextTokens === manner.contextTokens ? null : { ...manner, contextTokens };
  }
}
