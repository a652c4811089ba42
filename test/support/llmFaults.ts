/**
 * Kinds of faults of LLMs and what each must lead to: a small table of our own, in the form of a folder's `llm-faults.json`, which
 * `SIGNALBOX_CONFORMANCE` may name.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answers, completes, cutsOff, drips, html, type Reply, resets, saysHuge } from './llmReplies.ts';

export interface HttpFault {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface AnswerFault {
  readonly id: string;
  readonly finish_reason?: string;
  readonly message?: Readonly<Record<string, unknown>>;
  readonly omit?: string;
  readonly body?: string;
  readonly bytes_per_s?: number;
  readonly rst?: boolean;
}

export interface Faults {
  readonly http_errors: readonly HttpFault[];
  readonly answers: readonly AnswerFault[];
}

const HUGE_BYTES = 3 * 1024 * 1024;
const error = (type: string, code: string | null = null): object => ({ error: { message: 'No', type, param: null, code } });

const OURS: Faults = {
  http_errors: [
    {
      id: 'http-400',
      status: 400,
      headers: {},
      body: { error: { message: "Invalid schema for response_format 'x'", param: 'response_format' } },
    },
    ...[401, 403, 404, 422].map((status) => ({ id: `http-${status}`, status, headers: {}, body: error('invalid_request_error') })),
    ...[408, 409, 500, 502, 503].map((status) => ({ id: `http-${status}`, status, headers: {}, body: '<html>no</html>' })),
    { id: 'http-429', status: 429, headers: {}, body: error('insufficient_quota', 'insufficient_quota') },
  ],
  answers: [
    { id: 'refusal', message: { refusal: 'I will not.' } },
    { id: 'content-filter', finish_reason: 'content_filter', message: { content: '' } },
    { id: 'length', finish_reason: 'length', message: { content: '{"outcome":"approve"' } },
    { id: 'no-choices-key', omit: 'choices' },
    { id: 'content-empty', message: { content: '' } },
    { id: 'prose-then-json', message: { content: 'Here you are: {"outcome":"approve"}' } },
    { id: 'duplicate-key', message: { content: '{"outcome":"decline","outcome":"approve","confidence":1,"reasons":[]}' } },
    { id: 'extra-field', message: { content: '{"outcome":"approve","confidence":1,"reasons":[],"action":"pay"}' } },
    { id: 'wrong-type', message: { content: '{"outcome":true,"confidence":"0.9","reasons":[]}' } },
    { id: 'nan', message: { content: '{"outcome":"approve","confidence":NaN,"reasons":[]}' } },
    {
      id: 'tool-call-instead',
      finish_reason: 'tool_calls',
      message: { tool_calls: [{ id: 'c1', type: 'function', function: { name: 'pay', arguments: '{}' } }] },
    },
    { id: 'huge-3MB', message: { content: '<3 MB string>' } },
    { id: '200-html', body: '<html>login</html>' },
    { id: 'truncated-http', body: 'cut in the middle, Content-Length too large' },
    { id: 'drip', bytes_per_s: 10 },
    { id: 'reset-mid-body', rst: true },
    { id: 'control-chars', message: { content: '{"reason":"a\\u0000b\\ud800"}' } },
  ],
};

/** The folder's table, or ours. */
export async function llmFaults(): Promise<Faults> {
  const folder = process.env.SIGNALBOX_CONFORMANCE;
  return folder === undefined ? OURS : (JSON.parse(await readFile(join(folder, 'llm-faults.json'), 'utf8')) as Faults);
}

export const httpFaultReply = ({ status, headers, body }: HttpFault): Reply => answers(status, { headers, body });

export function answerFaultReply(fault: AnswerFault): Reply {
  if (fault.rst === true) return resets;
  if (fault.bytes_per_s !== undefined) return drips;
  if (fault.body?.startsWith('<') === true) return html;
  if (fault.body !== undefined) return cutsOff;
  if (/^<\d+ MB/.test(String(fault.message?.content))) return saysHuge(HUGE_BYTES);
  const { finish_reason: finish = 'stop', message = {}, omit } = fault;
  return completes({ finish, message, ...(omit === undefined ? {} : { omit }) });
}
