import { CannotRun } from '../../domain/errors.ts';
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
  /** Per model, over all workers: under way at the same time, unless a policy says another number. */
  readonly requestsAtOnce: number;
  /** Question and answer together; null: as the server says, where it does. */
  readonly contextTokens: number | null;
  /** In US dollars a million tokens, whatever prices a policy names: 0 for a server of one's own; null: the policy's. */
  readonly price: Price | null;
  /** Null: it is reached directly. */
  readonly proxies: Proxies | null;
}

export interface Price {
  readonly inputUsdPerMillion: number;
  readonly outputUsdPerMillion: number;
}

/** As the environment names them. */
export interface Proxies {
  readonly http: string | null;
  readonly https: string | null;
  /** Hosts that are reached directly, parted by commas. */
  readonly not: string;
}

const OPENAI_URL = 'https://api.openai.com/v1';
/** A server of one's own mostly does one after the other: more at once take each other's time, until none answers in time. */
const REQUESTS_AT_ONCE = 2;
/** This machine is reached through no proxy. */
const NEVER_BY_PROXY = 'localhost,127.0.0.1,[::1]';

/** `proxy:3128` too, as other programs take it. What it holds may be a password: it is not repeated. */
function proxyOf(name: string, given: string | undefined): string | null {
  if (given === undefined) return null;
  const address = given.includes('://') ? given : `http://${given}`;
  if (/^https?:/i.test(address) && URL.canParse(address)) return address;
  throw new CannotRun(`Cannot reach the LLM through ${name} as it must be an address that begins with http:// or https://`);
}

function proxiesOf({ HTTP_PROXY, HTTPS_PROXY, NO_PROXY }: Config): Proxies | null {
  if (HTTP_PROXY === undefined && HTTPS_PROXY === undefined) return null;
  const not = [NO_PROXY, NEVER_BY_PROXY].filter((hosts) => hosts !== undefined).join(',');
  return { http: proxyOf('HTTP_PROXY', HTTP_PROXY), https: proxyOf('HTTPS_PROXY', HTTPS_PROXY), not };
}

/** Null where none is configured: the rung is then skipped, and every decision says so. */
export function llmTarget(config: Config): LlmTarget | null {
  const { OPENAI_API_KEY: apiKey = null, OPENAI_BASE_URL: address, SIGNALBOX_LLM_MODEL: model } = config;
  if (model === undefined) return null;
  return {
    ...{ baseUrl: address ?? OPENAI_URL, apiKey, model, proxies: proxiesOf(config), price: config.SIGNALBOX_LLM_PRICE ?? null },
    requestsPerMinute: config.SIGNALBOX_LLM_REQUESTS_PER_MINUTE ?? null,
    tokensPerMinute: config.SIGNALBOX_LLM_TOKENS_PER_MINUTE ?? null,
    requestsAtOnce: config.SIGNALBOX_LLM_REQUESTS_AT_ONCE ?? REQUESTS_AT_ONCE,
    contextTokens: config.SIGNALBOX_LLM_CONTEXT_TOKENS ?? null,
  };
}
