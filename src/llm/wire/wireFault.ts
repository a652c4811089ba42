/** What can be wrong with a request before its answer is one: as a short code of ours, and the server's own sentence as it may be kept. */
import { retryAfterMs } from '../../domain/retryAfter.ts';
import type { Health } from './breaker.ts';
import { type About, aboutOf, type Refusal, type Sent, sentenceOf, type Withheld } from './refusal.ts';

export interface WireFault {
  /** `http-502`, `timeout`, `not-json`, `econnreset`, ... */
  readonly code: string;
  /** The provider's own code, where it is a plain word. */
  readonly said: string | null;
  /** Its own sentence, redacted. */
  readonly sentence: string | null;
  /**
   * `again`: the same request may succeed. `busy`: when the pause is over. `quota`: not before someone pays. `rejected`: never.
   * `filtered`: not with this question. `too-large`: more was sent than is read. `cancelled`: we hung up.
   */
  readonly kind: 'again' | 'busy' | 'quota' | 'rejected' | 'filtered' | 'too-large' | 'cancelled';
  /** What it would take the same question without. */
  readonly about: About | null;
  /** How many tokens fit into the model, where it said so. */
  readonly contextTokens: number | null;
  /** How long the provider wants to be left alone. */
  readonly pauseMs: number | null;
  /** Whether it can have cost anything: once a request is out, only an answer that refuses it says no. */
  readonly free: boolean;
  readonly requestId: string | null;
}

export const HEALTH: Record<WireFault['kind'], Health> = {
  again: 'failing',
  busy: 'neither',
  quota: 'quota',
  rejected: 'well',
  filtered: 'well',
  'too-large': 'well',
  cancelled: 'neither',
};

/** Nobody waits longer for a model; what comes then asks again. */
const PAUSE_MS_MAX = 3_600_000;
/** Of a 429 that does not say how long. */
const PAUSE_MS = 5000;
/** Of a server that says it is loading its model. */
const LOADING_MS = 2000;

/** Nothing was sent when a connection failed with one of these. */
const UNSENT =
  /^(econnrefused|enotfound|eai_again|ehostunreach|enetunreach|und_err_connect_timeout|cert_.*|err_tls_.*|.*_certificate|.*_cert(_.*)?)$/;
/** Somebody has to pay or to talk to the provider first, whatever the status. */
const QUOTA =
  /^(insufficient_(quota|funds|balance|credits?)|billing_(not_active|hard_limit_reached|.*)|exceeded_current_quota(_error)?|quota_exceeded|credit_.*|account_(deactivated|suspended)|payment_required)$/i;
const FILTERED = /^(content_filter(ed)?|content_policy_violation|responsibleaipolicyviolation)$/i;
const LOADING = /\bloading\b/i;

/** Only words: a number, an address or a key that a provider repeats in its code must not be kept. */
const plainWord = (code: string | null): string | null => (code !== null && /^[a-z][a-z_]{1,63}$/.test(code) ? code : null);

/** Ids of requests are for asking the provider about them. */
export function requestIdOf(headers: Headers): string | null {
  const id = headers.get('x-request-id');
  return id !== null && /^[A-Za-z0-9_-]{1,64}$/.test(id) ? id : null;
}

/** `retry-after-ms`, or `Retry-After`. Null: nothing that can be read. */
function askedPauseMs(headers: Headers, nowMs: number): number | null {
  const inMs = headers.get('retry-after-ms')?.trim();
  const asked =
    inMs !== undefined && /^\d{1,12}(\.\d+)?$/.test(inMs)
      ? Number(inMs)
      : retryAfterMs(headers.get('retry-after'), { date: headers.get('date'), nowMs });
  return asked === null ? null : Math.min(Math.ceil(asked), PAUSE_MS_MAX);
}

const NOTHING_SAID = { said: null, sentence: null, about: null, contextTokens: null, pauseMs: null, requestId: null } as const;

export function connectionFault(code: string): WireFault {
  const known = /^[a-z0-9_-]{1,64}$/i.test(code) ? code.toLowerCase() : 'connection';
  return { ...NOTHING_SAID, code: known, kind: 'again', free: UNSENT.test(known) };
}

export const CANCELLED: WireFault = { ...NOTHING_SAID, code: 'cancelled', kind: 'cancelled', free: false };
export const TIMEOUT: WireFault = { ...NOTHING_SAID, code: 'timeout', kind: 'again', free: false };
export const TOO_LARGE: WireFault = { ...NOTHING_SAID, code: 'too-large', kind: 'too-large', free: false };

/** 200 with something that is no JSON: a login page, a cut body. */
export const notJson = (requestId: string | null): WireFault => ({
  ...{ ...NOTHING_SAID, code: 'not-json', kind: 'again', free: false, requestId },
});

/** What was sent, and what of it must not be kept. */
export interface Asked extends Withheld {
  readonly sent: Sent;
}

/** What a status other than 2xx means, or one that the body of a 200 names. `x-should-retry` overrules it, as the provider knows better. */
export function statusFault(refusal: Refusal, headers: Headers, asked: Asked): WireFault {
  const { status, code, type, message, contextTokens } = refusal;
  const fault = {
    ...{ ...NOTHING_SAID, code: `http-${status}`, free: true, requestId: requestIdOf(headers) },
    ...{ said: plainWord(code) ?? plainWord(type), sentence: sentenceOf(refusal, asked), contextTokens },
  };
  const is = (words: RegExp): boolean => words.test(code ?? '') || words.test(type ?? '');
  const pauseMs = askedPauseMs(headers, Date.now());
  // 402: OpenRouter's way to say it
  if (status === 402 || is(QUOTA)) return { ...fault, kind: 'quota' };
  if (is(FILTERED)) return { ...fault, kind: 'filtered' };
  // a model that is being loaded is not asked in vain five times
  if (status === 503 && LOADING.test(message ?? '')) return { ...fault, kind: 'busy', pauseMs: pauseMs ?? LOADING_MS };
  const about = aboutOf(refusal, asked.sent);
  if (about !== null) return { ...fault, kind: 'rejected', about };
  const shouldRetry = headers.get('x-should-retry');
  const again =
    shouldRetry === 'true' || (shouldRetry !== 'false' && (status === 408 || status === 409 || status === 429 || status >= 500));
  if (!again) return { ...fault, kind: 'rejected' };
  return status === 429 ? { ...fault, kind: 'busy', pauseMs: pauseMs ?? PAUSE_MS } : { ...fault, kind: 'again', pauseMs };
}
