/**
 * One try of a webhook by Standard Webhooks: signed, 20 seconds, redirects not followed, of the answer only the status counts.
 */

import { Webhook } from 'standardwebhooks';
import { SignalboxError } from '../domain/errors.ts';
import { shownText } from '../domain/exposure.ts';
import type { BeginCall } from '../domain/tracer.ts';
import { type Outbound, PUBLIC_ONLY, post } from './outbound.ts';

export interface WebhookTarget {
  readonly url: string;
  /** `whsec_` and base64: the settings take no other. */
  readonly secret: string;
  /** Where it may be; the public internet unless told. */
  readonly outbound?: Outbound;
  /** Traces each try; absent where nothing is traced. */
  readonly beginCall?: BeginCall | undefined;
}

export interface WebhookMessage {
  readonly id: string;
  readonly body: string;
  /** By the clock that receivers are to hold it against. */
  readonly sentAtMs: number;
}

/** `gone`: the receiver wants no more of them. `barred`: it may not be called, nothing was sent. */
export type WebhookAnswer = { readonly result: 'taken' | 'gone' | 'refused' | 'barred'; readonly said: string };

const TIMEOUT_MS = 20_000;

function reasonOf(error: unknown): string {
  const { code, name, message } = error as Error & { code?: string };
  return name === 'TimeoutError' ? `no answer within ${TIMEOUT_MS / 1000} s` : shownText(code ?? message);
}

/** Null where none is configured. */
export function webhookTarget(
  { url, secret }: { url: string | undefined; secret: string | undefined },
  outbound: Outbound = PUBLIC_ONLY,
): WebhookTarget | null {
  return url === undefined || secret === undefined ? null : { url, secret, outbound };
}

function answered(statusCode: number): WebhookAnswer {
  if (statusCode >= 200 && statusCode < 300) return { result: 'taken', said: `the receiver answered ${statusCode}` };
  if (statusCode === 410) return { result: 'gone', said: 'the receiver answered 410' };
  const redirect = statusCode >= 300 && statusCode < 400 ? ', and redirects are not followed' : '';
  return { result: 'refused', said: `the receiver answered ${statusCode}${redirect}` };
}

/** Never throws for what the receiver or the network does. */
export async function sendWebhook(target: WebhookTarget, message: WebhookMessage): Promise<WebhookAnswer> {
  const { url, secret, outbound = PUBLIC_ONLY, beginCall } = target;
  const { id, body } = message;
  const sentAt = new Date(message.sentAtMs);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'signalbox',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, sentAt, body),
  };
  // its path may be a secret
  const call = beginCall?.('POST webhook', {
    'http.request.method': 'POST',
    'server.address': new URL(url).hostname,
    'signalbox.action': id,
  });
  const traced = call == null ? headers : { ...headers, traceparent: call.traceparent };
  try {
    const status = await post(outbound, url, { headers: traced, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const answer = answered(status);
    call?.end({ 'http.response.status_code': status }, answer.result === 'taken' ? undefined : answer.said);
    return answer;
  } catch (error) {
    const barred = error instanceof SignalboxError && error.code === 'target-refused';
    const said = barred ? error.message : reasonOf(error);
    call?.end({}, said);
    return { result: barred ? 'barred' : 'refused', said };
  }
}
