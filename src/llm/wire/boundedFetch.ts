/**
 * The `fetch` that the OpenAI client is given: it reads the whole answer before it gives it, and no more of it than is allowed, so that
 * neither a body that never ends nor one of many megabytes outlives the request's signal or its limit.
 */
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import type { Proxies } from './target.ts';

/** An answer of 16,384 tokens is some 64 kB; JSON may double it. */
const ANSWER_BYTES_MAX = 256 * 1024;
/** Of a refusal only its codes and its first sentence count. */
const REFUSAL_BYTES_MAX = 16 * 1024;
/** What the answer is read by. */
const HEADERS = ['content-type', 'date', 'retry-after', 'retry-after-ms', 'x-request-id', 'x-should-retry'];
const STATUS_MAX = 599;

/** A request that failed, by a code of ours or the connection's. Its message is never another's. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code: string;

  constructor(code: string) {
    // without the code: the client takes a message that speaks of a time-out for one of its own, and drops the cause
    super('The request to the LLM failed');
    this.code = code;
  }
}

/** No timeouts of its own: each request has a signal that ends it. */
const PATIENT = { headersTimeout: 0, bodyTimeout: 0 } as const;
/** One pool of connections for all calls that no proxy takes. */
const direct = new Agent(PATIENT);

/** Empty texts, as the agent would else read the environment by itself. */
function agentOf(proxies: Proxies | null): Dispatcher {
  if (proxies === null) return direct;
  return new EnvHttpProxyAgent({ ...PATIENT, httpProxy: proxies.http ?? '', httpsProxy: proxies.https ?? '', noProxy: proxies.not });
}

type Answer = Awaited<ReturnType<typeof request>>;

async function readBody(body: Answer['body'], bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // leaving the loop closes the connection
    if (bytes > bytesMax) throw new WireError('too-large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function bodyOf({ statusCode, body }: Answer, signal: AbortSignal | undefined): Promise<Buffer> {
  if (statusCode >= 200 && statusCode < 300) return readBody(body, ANSWER_BYTES_MAX);
  try {
    return await readBody(body, REFUSAL_BYTES_MAX);
  } catch (error) {
    if (signal?.aborted) throw error;
    // the status says enough
    return Buffer.alloc(0);
  }
}

/** Redirects are not followed: they would take the key elsewhere. What it gives throws WireError. */
export function createBoundedFetch(proxies: Proxies | null): typeof fetch {
  const agent = agentOf(proxies);
  return async (url, init = {}) => {
    const signal = init.signal ?? undefined;
    try {
      const answer = await request(String(url), {
        method: init.method === 'GET' ? 'GET' : 'POST',
        headers: Object.fromEntries(new Headers(init.headers)),
        ...(init.body === undefined || init.body === null ? {} : { body: String(init.body) }),
        dispatcher: agent,
        ...(signal === undefined ? {} : { signal }),
      });
      return await read(answer, signal);
    } catch (error) {
      if (error instanceof WireError) throw error;
      throw new WireError(String((error as { code?: unknown }).code ?? 'connection'));
    }
  };
}

async function read(answer: Answer, signal: AbortSignal | undefined): Promise<Response> {
  const { statusCode, headers } = answer;
  const body = await bodyOf(answer, signal);
  if (statusCode < 200 || statusCode > STATUS_MAX) throw new WireError('odd-status');
  const kept = HEADERS.flatMap((name): [string, string][] => {
    const value = headers[name];
    return value === undefined ? [] : [[name, Array.isArray(value) ? (value[0] ?? '') : value]];
  });
  // the constructor takes no body with 204, 205 and 304
  return new Response(body.length === 0 ? null : new Uint8Array(body), { status: statusCode, headers: kept });
}
