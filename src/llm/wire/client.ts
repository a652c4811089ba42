/** One request for a chat completion: gives the answer as JSON that nobody has looked at yet, or what went wrong. Never throws for that. */
import { OpenAI } from 'openai';
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import { createBoundedFetch, WireError } from './boundedFetch.ts';
import { errorWithin, readRefusal } from './refusal.ts';
import type { LlmTarget } from './target.ts';
import {
  type Asked,
  CANCELLED,
  connectionFault,
  notJson,
  requestIdOf,
  statusFault,
  TIMEOUT,
  TOO_LARGE,
  type WireFault,
} from './wireFault.ts';

export type Wire = { readonly completion: unknown; readonly requestId: string | null } | { readonly fault: WireFault };

export interface Patience {
  readonly callMs: number;
  /** Someone no longer wants the answer. */
  readonly signal: AbortSignal;
}

type Request = ChatCompletionCreateParamsNonStreaming;

export interface LlmClient {
  ask(request: Request, patience: Patience): Promise<Wire>;
}

/** A status other than 2xx, with its body: the library's own error knows only one form of body. */
class Refused extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super('The server refused the request');
    this.response = response;
  }
}

function asked({ messages, tools, response_format: format, ...request }: Request, apiKey: string | null): Asked {
  const limit = request.max_tokens !== undefined || request.max_completion_tokens !== undefined;
  return {
    apiKey,
    question: messages.map(({ content }) => (typeof content === 'string' ? content : '')).join('\n'),
    sent: { tools: tools !== undefined, format: format !== undefined, limit, system: messages.some(({ role }) => role === 'system') },
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function faultOf(
  error: unknown,
  about: Asked,
  { cancelled, late }: { cancelled: AbortSignal; late: AbortSignal },
): Promise<WireFault> {
  if (cancelled.aborted) return CANCELLED;
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Refused) {
    const { response } = cause;
    return statusFault(readRefusal(response.status, json(await response.text())), response.headers, about);
  }
  if (late.aborted) return TIMEOUT;
  if (!(cause instanceof WireError)) return connectionFault('connection');
  return cause.code === 'too-large' ? TOO_LARGE : connectionFault(cause.code);
}

/** Some servers say 200 and put the error into the body. */
function parsed(text: string, { headers }: Response, about: Asked): Wire {
  const requestId = requestIdOf(headers);
  const completion = json(text);
  if (typeof completion !== 'object' || completion === null) return { fault: notJson(requestId) };
  const refusal = errorWithin(completion);
  return refusal === null ? { completion, requestId } : { fault: statusFault(refusal, headers, about) };
}

export function createLlmClient({ baseUrl, apiKey, proxies }: Pick<LlmTarget, 'baseUrl' | 'apiKey' | 'proxies'>): LlmClient {
  const fetched = createBoundedFetch(proxies);
  const client = new OpenAI({
    ...{ baseURL: baseUrl, maxRetries: 0, logLevel: 'off' },
    async fetch(url, init) {
      const response = await fetched(url, init);
      if (!response.ok) throw new Refused(response);
      return response;
    },
    // the client wants a key; a server that needs none is sent no header
    apiKey: apiKey ?? 'none',
    ...(apiKey === null ? { defaultHeaders: { authorization: null } } : {}),
    // it would read these from the environment by itself
    ...{ adminAPIKey: null, organization: null, project: null, webhookSecret: null },
  });
  return {
    async ask(request, { callMs, signal }) {
      const late = AbortSignal.timeout(callMs);
      const about = asked(request, apiKey);
      try {
        const options = { signal: AbortSignal.any([signal, late]), timeout: callMs + 1000 };
        const response = await client.chat.completions.create(request, options).asResponse();
        return parsed(await response.text(), response, about);
      } catch (error) {
        return { fault: await faultOf(error, about, { cancelled: signal, late }) };
      }
    },
  };
}
