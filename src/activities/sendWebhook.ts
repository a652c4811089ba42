/**
 * One try of a webhook by Standard Webhooks: signed, 20 seconds, redirects not followed, of the answer only the status counts.
 */

import { Webhook } from 'standardwebhooks';
import { request } from 'undici';
import { CannotRun } from '../errors.ts';
import { shownText } from '../exposure.ts';

export interface WebhookTarget {
  readonly url: string;
  /** `whsec_` and base64, or any text, whose bytes are then the key. */
  readonly secret: string;
}

export interface WebhookMessage {
  readonly id: string;
  readonly body: string;
}

/** `gone`: the receiver wants no more of them. */
export type WebhookAnswer = { readonly result: 'taken' | 'gone' | 'refused'; readonly said: string };

const TIMEOUT_MS = 20_000;
/** Read so that the connection can be used again; a longer answer closes it. */
const ANSWER_BYTES_MAX = 16 * 1024;

function signer(secret: string): Webhook {
  return secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' });
}

function reasonOf(error: unknown): string {
  const { code, name, message } = error as Error & { code?: string };
  return name === 'TimeoutError' ? `no answer within ${TIMEOUT_MS / 1000} s` : shownText(code ?? message);
}

/** Null where none is configured. Throws CannotRun where the secret cannot be a key. */
export function webhookTarget(url: string | undefined, secret: string | undefined): WebhookTarget | null {
  if (url === undefined || secret === undefined) return null;
  try {
    signer(secret);
  } catch (error) {
    throw new CannotRun('Cannot sign webhooks: SIGNALBOX_WEBHOOK_SECRET must be text, or whsec_ and base64', { cause: error });
  }
  return { url, secret };
}

/** Never throws for what the receiver or the network does. */
export async function sendWebhook({ url, secret }: WebhookTarget, { id, body }: WebhookMessage): Promise<WebhookAnswer> {
  const sentAt = new Date();
  const signature = signer(secret).sign(id, sentAt, body);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'signalbox',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': signature,
  };
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const { statusCode, body: answer } = await request(url, { method: 'POST', headers, body, signal });
    await answer.dump({ limit: ANSWER_BYTES_MAX, signal }).catch(() => undefined);
    const result = statusCode >= 200 && statusCode < 300 ? 'taken' : statusCode === 410 ? 'gone' : 'refused';
    return { result, said: `the receiver answered ${statusCode}` };
  } catch (error) {
    return { result: 'refused', said: reasonOf(error) };
  }
}
