/** What can be wrong with a request before its answer is one: as a short code, never in the words of the other side. */
import type { Health } from './breaker.ts';

export interface WireFault {
  /** `http-502`, `timeout`, `not-json`, `econnreset`, ... */
  readonly code: string;
  /** The provider's own code, where it is a plain word. */
  readonly said: string | null;
  /**
   * `again`: the same request may succeed. `busy`: when the pause is over. `quota`: not before someone pays. `rejected`: never.
   * `too-large`: more was sent than is read. `cancelled`: we hung up.
   */
  readonly kind: 'again' | 'busy' | 'quota' | 'rejected' | 'too-large' | 'cancelled';
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
  'too-large': 'well',
  cancelled: 'neither',
};

/** Nobody waits longer for a model; what comes then asks again. */
const PAUSE_MS_MAX = 3_600_000;
/** Of a 429 that does not say how long. */
const PAUSE_MS = 5000;

/** Nothing was sent when a connection failed with one of these. */
const UNSENT =
  /^(econnrefused|enotfound|eai_again|ehostunreach|enetunreach|und_err_connect_timeout|cert_.*|err_tls_.*|.*_certificate|.*_cert(_.*)?)$/;

/** Only words: a number, an address or a key that a provider repeats in its code must not be kept. */
const plainWord = (code: unknown): string | null => (typeof code === 'string' && /^[a-z][a-z_]{1,63}$/.test(code) ? code : null);

/** Ids of requests are for asking the provider about them. */
export function requestIdOf(headers: Headers): string | null {
  const id = headers.get('x-request-id');
  return id !== null && /^[A-Za-z0-9_-]{1,64}$/.test(id) ? id : null;
}

/** `retry-after-ms`, or `Retry-After` in seconds or as a date, which counts from the answer's own. Null: nothing that can be read. */
function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const [inMs, after] = [headers.get('retry-after-ms'), headers.get('retry-after')?.trim()];
  const dateMs = after === undefined ? Number.NaN : Date.parse(after) - (Date.parse(headers.get('date') ?? '') || nowMs);
  const asked = [
    inMs !== null && /^\d+(\.\d+)?$/.test(inMs) ? Number(inMs) : Number.NaN,
    after !== undefined && /^\d+(\.\d+)?$/.test(after) ? Number(after) * 1000 : dateMs,
  ].find((ms) => ms >= 0);
  return asked === undefined ? null : Math.min(Math.ceil(asked), PAUSE_MS_MAX);
}

export function connectionFault(code: string): WireFault {
  const known = /^[a-z0-9_-]{1,64}$/i.test(code) ? code.toLowerCase() : 'connection';
  return { code: known, said: null, kind: 'again', pauseMs: null, free: UNSENT.test(known), requestId: null };
}

/** 200 with something that is no JSON: a login page, a cut body. */
export const notJson = (requestId: string | null): WireFault => ({
  ...{ code: 'not-json', said: null, kind: 'again', pauseMs: null, free: false, requestId },
});

export interface RefusingAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly code: unknown;
  readonly type: unknown;
}

/** What a status other than 2xx means. `x-should-retry` overrules it, as the provider knows better. */
export function statusFault({ status, headers, code, type }: RefusingAnswer, nowMs: number): WireFault {
  const said = plainWord(code) ?? plainWord(type);
  const fault = { code: `http-${status}`, said, free: true, requestId: requestIdOf(headers) };
  const asked = retryAfterMs(headers, nowMs);
  // 402: OpenRouter's way to say it
  if (status === 402 || code === 'insufficient_quota' || type === 'insufficient_quota') return { ...fault, kind: 'quota', pauseMs: null };
  const shouldRetry = headers.get('x-should-retry');
  const again =
    shouldRetry === 'true' || (shouldRetry !== 'false' && (status === 408 || status === 409 || status === 429 || status >= 500));
  if (!again) return { ...fault, kind: 'rejected', pauseMs: null };
  if (status === 429) return { ...fault, kind: 'busy', pauseMs: asked ?? PAUSE_MS };
  return { ...fault, kind: 'again', pauseMs: asked };
}
