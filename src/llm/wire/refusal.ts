/** What a server says when it does not answer: the codes, and its own sentence with everything taken out that must not be kept. */
import { z } from 'zod';
import { shownText } from '../../domain/exposure.ts';

/** What a request may do without. `messages`: a system message, or how they follow each other. */
export type About = 'tools' | 'format' | 'limit' | 'messages' | 'context';

export interface Refusal {
  readonly status: number;
  readonly code: string | null;
  readonly type: string | null;
  readonly param: string | null;
  readonly message: string | null;
  /** How many tokens fit, where it says so. */
  readonly contextTokens: number | null;
}

const SENTENCE_CHARS_MAX = 200;
/** So much of a question in a server's sentence is a quotation of it. */
const QUOTED_CHARS_MIN = 12;

const word = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(null);
const said = z.looseObject({
  code: word,
  type: word,
  status: word,
  param: word,
  message: word,
  detail: z.unknown().optional(),
  n_ctx: z.unknown().optional(),
});

/** OpenAI's `{error: {...}}`, Ollama's `{error: "..."}`, Google's list of one, and what frameworks answer by themselves. */
function innermost(body: unknown): unknown {
  const one = Array.isArray(body) ? body[0] : body;
  const error = (one as { error?: unknown } | null)?.error;
  if (typeof error === 'string') return { message: error };
  return typeof error === 'object' && error !== null ? error : one;
}

function detailOf(detail: unknown): string | null {
  if (typeof detail === 'string') return detail;
  if (!Array.isArray(detail)) return null;
  const told = detail.flatMap((one: { msg?: unknown } | null) => (typeof one?.msg === 'string' ? [one.msg] : []));
  return told.length === 0 ? null : told.join('; ');
}

const CONTEXT = [/maximum context length (?:is|of) (\d{2,8})/i, /context (?:size|length|window)[^\d]{0,20}(\d{2,8})/i];

function contextTokensOf(nCtx: unknown, message: string): number | null {
  if (typeof nCtx === 'number' && Number.isSafeInteger(nCtx) && nCtx > 0) return nCtx;
  const found = CONTEXT.map((form) => form.exec(message)?.[1]).find((digits) => digits !== undefined);
  return found === undefined ? null : Number(found);
}

export function readRefusal(status: number, body: unknown): Refusal {
  const parsed = said.safeParse(innermost(body));
  if (!parsed.success) return { status, code: null, type: null, param: null, message: null, contextTokens: null };
  const { code = null, type = null, param = null, message, detail, n_ctx: nCtx } = parsed.data;
  const told = message ?? detailOf(detail);
  return { status, code, type, param, message: told, contextTokens: contextTokensOf(nCtx, told ?? '') };
}

/** What providers' words stand for, where a body names no number. */
const STATUS_OF_WORD: Readonly<Record<string, number>> = {
  rate_limit_exceeded: 429,
  rate_limit_error: 429,
  resource_exhausted: 429,
  too_many_requests: 429,
  insufficient_quota: 429,
  overloaded_error: 503,
  unavailable: 503,
  unavailable_error: 503,
  invalid_request_error: 400,
  invalid_argument: 400,
  content_filter: 400,
  context_length_exceeded: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  model_not_found: 404,
};
const WITHOUT_WORD = 500;

function statusNamed({ code, type, status }: { code: string | null; type: string | null; status: string | null }): number {
  const words = [code, status, type].filter((one) => one !== null);
  const number = words.map(Number).find((one) => Number.isInteger(one) && one >= 400 && one <= 599);
  return number ?? words.map((one) => STATUS_OF_WORD[one.toLowerCase()]).find((one) => one !== undefined) ?? WITHOUT_WORD;
}

/** An error in the body of a 200, at the top or in place of the first choice; null: there is none. */
export function errorWithin(completion: unknown): Refusal | null {
  const { error, choices } = completion as { error?: unknown; choices?: unknown };
  const found = error ?? (Array.isArray(choices) ? (choices[0] as { error?: unknown } | null)?.error : undefined);
  if (found === undefined || found === null || found === false || found === '') return null;
  const { code = null, type = null, status = null } = said.safeParse(innermost({ error: found })).data ?? {};
  return readRefusal(statusNamed({ code, type, status }), { error: found });
}

const MAY_BE_ASKED_OTHERWISE: ReadonlySet<number> = new Set([400, 404, 415, 422, 500, 501]);
const ABOUT_CONTEXT = /context_length|exceed_context|context (?:length|size|window)|maximum context|too many tokens|prompt is too long/i;
const ABOUT_LIMIT = /max_(?:completion_)?tokens/i;
const ABOUT_TOOLS = /\btools?\b|tool[-_ ](?:choice|call|use)|function[-_ ]?call|parser/i;
const ABOUT_FORMAT = /response_format|response format|json|schema|structured|guided|grammar|mime type|parser/i;
const ABOUT_MESSAGES = /system (?:role|message|prompt)|\brole\b|\broles\b|alternat|chat template|jinja|raise_exception/i;

export interface Sent {
  readonly tools: boolean;
  readonly format: boolean;
  readonly limit: boolean;
  readonly system: boolean;
}

/** What of the request it is about; null: nothing that the request could do without. */
export function aboutOf({ status, code, type, param, message }: Refusal, sent: Sent): About | null {
  if (!MAY_BE_ASKED_OTHERWISE.has(status)) return null;
  const text = [param, code, type, message].filter((one) => one !== null).join(' ');
  // a server that is broken says much; only of what its template refuses is 500 known
  if (status === 500) {
    if (!ABOUT_MESSAGES.test(text)) return null;
    return sent.tools && ABOUT_TOOLS.test(text) ? 'tools' : sent.system ? 'messages' : null;
  }
  if (ABOUT_CONTEXT.test(text)) return 'context';
  if (sent.limit && ABOUT_LIMIT.test(text)) return 'limit';
  if (sent.tools && (ABOUT_TOOLS.test(text) || ABOUT_FORMAT.test(text))) return 'tools';
  if (sent.format && ABOUT_FORMAT.test(text)) return 'format';
  return sent.system && ABOUT_MESSAGES.test(text) ? 'messages' : null;
}

/** What must not be kept besides what no text may hold: the key, and the question. */
export interface Withheld {
  readonly apiKey: string | null;
  readonly question: string;
}

/** The server's own sentence: one line, redacted, cut. Pieces of the question in it are left out. */
export function sentenceOf({ message }: Refusal, { apiKey, question }: Withheld): string | null {
  const line = message?.replaceAll(/\s+/g, ' ').trim() ?? '';
  if (line === '') return null;
  const keyless = apiKey === null ? line : line.replaceAll(apiKey, '[key]');
  return withoutQuotations(shownText(keyless, SENTENCE_CHARS_MAX), question.replaceAll(/\s+/g, ' '));
}

function withoutQuotations(line: string, question: string): string {
  let kept = '';
  for (let at = 0; at < line.length; ) {
    let length = 0;
    while (at + length < line.length && question.includes(line.slice(at, at + length + 1))) length += 1;
    const quoted = length >= QUOTED_CHARS_MIN;
    kept += quoted ? '[...]' : line[at];
    at += quoted ? length : 1;
  }
  return kept;
}
