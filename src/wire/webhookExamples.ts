/** Webhooks, as each request and answer tells of them. A test holds each against its schema. */

import type { StoredEvent } from './event.ts';
import { receiptExample, storedEventExample } from './examples.ts';
import type { Receipt } from './receipt.ts';
import type { Original, Webhook, WebhookMade, WebhookTried } from './webhook.ts';

const AT = '2026-03-02T09:30:00.120Z';

export const webhookReceiptExample: Receipt = { ...receiptExample, source: '/webhooks/stripe', id: 'evt_1NG8Du2eZvKYlo2C' };

export const webhookExample: Webhook = {
  source: 'stripe',
  provider: 'stripe',
  state: 'enabled',
  path: '/v1/webhooks/stripe',
  settings: {},
  mapping: null,
  secrets: [{ number: 1, createdAt: AT, until: null }],
  requests: [{ result: 'taken', count: 1204, lastAt: AT }],
  createdAt: AT,
  createdBy: 'ann',
};

export const webhookMadeExample: WebhookMade = { ...webhookExample, secret: null };

export const webhookTriedExample: WebhookTried = {
  theirType: 'charge.dispute.created',
  id: 'evt_sample',
  taken: true,
  fault: null,
  flow: 'fraud',
  cloudevent: { specversion: '1.0', source: '/webhooks/stripe', id: 'evt_sample', type: 'payment.disputed', data: { paymentId: 'ch_1' } },
};

const originalExample: Original = {
  via: 'webhook',
  theirType: 'charge.dispute.created',
  contentType: 'application/json',
  mapping: 'mapping@0123456789ab',
  fault: null,
  cameAt: AT,
  body: '{"id":"evt_1"}',
  bodyBase64: null,
};

/** An event that was made from a webhook, asked for alone. */
export const madeEventExample: StoredEvent = { ...storedEventExample, source: '/webhooks/stripe', came: originalExample };
