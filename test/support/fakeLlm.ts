/**
 * An LLM that is none: a real HTTP server that speaks chat completions, answers by script and complains when it is asked wrongly or too
 * often. `close()` throws its complaints, so that a test that ends well has asked well.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../../src/local/until.ts';
import { type ChatRequest, readChatRequest } from './chatRequest.ts';
import type { Reply } from './llmReplies.ts';

export interface HeardRequest {
  /** By the wall clock. */
  readonly atMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ChatRequest;
  /** The other side hung up before the answer was whole. */
  hungUp: boolean;
}

/** In turn, or by the request and how many came before it. */
export type Script = readonly Reply[] | ((request: ChatRequest, nth: number) => Reply);

export interface FakeLlm {
  /** For OPENAI_BASE_URL. */
  readonly url: string;
  readonly requests: readonly HeardRequest[];
  /** Another script from here on; a list is counted anew. */
  follow(script: Script): void;
  /** When so many have come. */
  heard(count: number): Promise<void>;
  /** Throws what it had to complain of. */
  close(): Promise<void>;
}

interface FakeLlmOptions {
  /** Refuses another key; absent: asks for none. */
  readonly apiKey?: string;
  /** Complains of more. */
  readonly requestsMax?: number;
  /** What it says of its models. */
  readonly models?: readonly object[];
}

const WAIT_MS = 30_000;

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
}

export async function openFakeLlm(
  first: Script,
  { apiKey, requestsMax = Number.POSITIVE_INFINITY, models = [] }: FakeLlmOptions = {},
): Promise<FakeLlm> {
  const requests: HeardRequest[] = [];
  const complaints: string[] = [];
  let script = first;
  let followed = 0;

  const complain = (response: ServerResponse, status: number, complaint: string): void => {
    complaints.push(complaint);
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify({ error: { message: complaint, type: 'fake_complaint' } }));
  };

  const listModels = (response: ServerResponse): void =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data: models }));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const atMs = Date.now();
    const { method, url, headers } = request;
    if (method === 'GET' && url === '/v1/models') return listModels(response);
    if (method !== 'POST' || url !== '/v1/chat/completions') return complain(response, 404, `${method} ${url} is not served`);
    if (headers.authorization !== (apiKey === undefined ? undefined : `Bearer ${apiKey}`))
      return complain(response, 401, 'the key is another');
    const { request: body, complaints: wrong } = readChatRequest(await bodyOf(request));
    if (body === null || wrong.length > 0) return complain(response, 400, `request ${requests.length + 1}: ${wrong.join('; ')}`);
    const heard: HeardRequest = { atMs, headers: headers as Record<string, string>, body, hungUp: false };
    response.on('close', () => {
      heard.hungUp = !response.writableFinished;
    });
    const nth = requests.length - followed;
    requests.push(heard);
    const reply = typeof script === 'function' ? script(body, nth) : script[nth];
    if (reply === undefined || requests.length > requestsMax)
      return complain(response, 500, `asked ${requests.length} times, which is too often`);
    reply({ request: body, response });
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => complain(response, 500, String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    follow(next) {
      script = next;
      followed = requests.length;
    },
    heard: (count) => until(async () => requests.length >= count, AbortSignal.timeout(WAIT_MS)),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (complaints.length > 0) throw new Error(`The fake LLM complains: ${complaints.join(' | ')}`);
    },
  };
}
