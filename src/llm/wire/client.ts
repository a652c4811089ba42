/** One request for a chat completion: gives the answer as JSON that nobody has looked at yet, or what went wrong. Never throws for that. */
import { APIError, OpenAI } from 'openai';
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import { boundedFetch, WireError } from './boundedFetch.ts';
import type { LlmTarget } from './target.ts';
import { connectionFault, notJson, requestIdOf, statusFault, type WireFault } from './wireFault.ts';

export type Wire = { readonly completion: unknown; readonly requestId: string | null } | { readonly fault: WireFault };

export interface Patience {
  readonly callMs: number;
  /** Someone no longer wants the answer. */
  readonly signal: AbortSignal;
}

export interface LlmClient {
  ask(request: ChatCompletionCreateParamsNonStreaming, patience: Patience): Promise<Wire>;
}

const CANCELLED: WireFault = { code: 'cancelled', said: null, kind: 'cancelled', pauseMs: null, free: false, requestId: null };
const TIMEOUT: WireFault = { code: 'timeout', said: null, kind: 'again', pauseMs: null, free: false, requestId: null };
const TOO_LARGE: WireFault = { code: 'too-large', said: null, kind: 'too-large', pauseMs: null, free: false, requestId: null };

/** The error's own message may hold what the provider said, so nothing but codes is taken from it. */
function faultOf(error: unknown, cancelled: AbortSignal, late: AbortSignal): WireFault {
  if (cancelled.aborted) return CANCELLED;
  if (error instanceof APIError && error.status !== undefined) {
    const { status, headers = new Headers(), code, type } = error as APIError<number, Headers | undefined>;
    return statusFault({ status, headers, code, type }, Date.now());
  }
  if (late.aborted) return TIMEOUT;
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof WireError)) return connectionFault('connection');
  return cause.code === 'too-large' ? TOO_LARGE : connectionFault(cause.code);
}

function parsed(text: string, requestId: string | null): Wire {
  try {
    const completion: unknown = JSON.parse(text);
    return typeof completion === 'object' && completion !== null ? { completion, requestId } : { fault: notJson(requestId) };
  } catch {
    return { fault: notJson(requestId) };
  }
}

export function createLlmClient({ baseUrl, apiKey }: LlmTarget): LlmClient {
  const client = new OpenAI({
    ...{ baseURL: baseUrl, fetch: boundedFetch, maxRetries: 0, logLevel: 'off' },
    // the client wants a key; a server that needs none is sent no header
    apiKey: apiKey ?? 'none',
    ...(apiKey === null ? { defaultHeaders: { authorization: null } } : {}),
    // it would read these from the environment by itself
    ...{ adminAPIKey: null, organization: null, project: null, webhookSecret: null },
  });
  return {
    async ask(request, { callMs, signal }) {
      const late = AbortSignal.timeout(callMs);
      try {
        const options = { signal: AbortSignal.any([signal, late]), timeout: callMs + 1000 };
        const response = await client.chat.completions.create(request, options).asResponse();
        return parsed(await response.text(), requestIdOf(response.headers));
      } catch (error) {
        return { fault: faultOf(error, signal, late) };
      }
    },
  };
}
