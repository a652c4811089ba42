/** What the fake LLM can answer: good answers, and everything that a server, a proxy or a model does in place of one. */
import type { ServerResponse } from 'node:http';
import type { ChatRequest } from './chatRequest.ts';

export interface Exchange {
  readonly request: ChatRequest;
  readonly response: ServerResponse;
}

export type Reply = (exchange: Exchange) => void;

interface Completion {
  readonly message?: Readonly<Record<string, unknown>>;
  readonly finish?: string | null;
  /** Null: the server does not say. */
  readonly usage?: object | null;
  readonly requestId?: string;
  /** A key of the answer that is left out. */
  readonly omit?: string;
}

const USAGE = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
const TRICKLE_MS = 100;

function completionText(model: string, { message = {}, finish = 'stop', usage = USAGE, omit }: Completion): string {
  const body = {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model,
    choices: [
      { index: 0, finish_reason: finish, logprobs: null, message: { role: 'assistant', content: null, refusal: null, ...message } },
    ],
    ...(usage === null ? {} : { usage }),
  };
  return JSON.stringify(Object.fromEntries(Object.entries(body).filter(([key]) => key !== omit)));
}

const JSON_TYPE = { 'content-type': 'application/json' };

export const completes =
  (completion: Completion): Reply =>
  ({ request, response }) => {
    const id = { 'x-request-id': completion.requestId ?? 'req_fake' };
    response.writeHead(200, { ...JSON_TYPE, ...id }).end(completionText(request.model, completion));
  };

/** The value as its answer. */
export const says = (value: unknown, more: Completion = {}): Reply => completes({ ...more, message: { content: JSON.stringify(value) } });
export const saysText = (content: string, more: Completion = {}): Reply => completes({ ...more, message: { content } });

export const callsTools = (...calls: readonly { readonly name: string; readonly arguments: string }[]): Reply =>
  completes({
    finish: 'tool_calls',
    message: { tool_calls: calls.map((call, at) => ({ id: `theirs_${at}`, type: 'function', function: call })) },
  });

/** `body`: an object becomes JSON. */
export const answers =
  (status: number, { headers = {}, body = '' }: { headers?: Readonly<Record<string, string>>; body?: unknown } = {}): Reply =>
  ({ response }) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { ...(typeof body === 'string' ? {} : JSON_TYPE), ...headers }).end(text);
  };

export const html: Reply = ({ response }) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html>login</html>');
};

/** Nothing at all, until the other side gives up. */
export const stalls: Reply = () => undefined;

/** Half the body, then the end of the connection. */
export const cutsOff: Reply = ({ request, response }) => {
  const text = completionText(request.model, { message: { content: '{}' } });
  response.writeHead(200, { ...JSON_TYPE, 'content-length': String(Buffer.byteLength(text)) });
  response.write(text.slice(0, text.length / 2), () => response.socket?.end());
};

/** Half the body, then a reset. */
export const resets: Reply = ({ request, response }) => {
  const text = completionText(request.model, { message: { content: '{}' } });
  response.writeHead(200, JSON_TYPE);
  response.write(text.slice(0, text.length / 2), () => response.socket?.resetAndDestroy());
};

/** A byte now and then, without end. */
export const drips: Reply = ({ response }) => {
  response.writeHead(200, JSON_TYPE);
  const timer = setInterval(() => response.write(' '), TRICKLE_MS);
  response.on('close', () => clearInterval(timer));
};

export const saysHuge = (bytes: number): Reply => saysText('x'.repeat(bytes));

/** A body that never ends, as fast as it is read. */
export const floods: Reply = ({ response }) => {
  response.writeHead(200, JSON_TYPE);
  const chunk = ' '.repeat(16_384);
  const more = (): void => {
    while (!response.closed && response.write(chunk));
  };
  response.on('drain', more);
  more();
};
