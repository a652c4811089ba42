/** The providers that are known: how each signs, what it calls a delivery and what happened, and the mapping that comes with it. */
import type { Json, JsonObject } from '../../domain/event.ts';
import type { WebhookProvider, WebhookSettings } from '../../wire/webhook.ts';
import { CLOUDEVENTS_MAPPING } from './presets/cloudevents.ts';
import { SHOPIFY_MAPPING } from './presets/shopify.ts';
import { STRIPE_MAPPING } from './presets/stripe.ts';
import { type Headers, headerOf, plainKey, type Scheme, SLACK, STANDARD, STRIPE, signedBody } from './signatures.ts';

/** A delivery as far as its provider's own rules read it. */
export interface Delivery {
  readonly headers: Headers;
  readonly body: Json;
}

export interface Provider {
  readonly scheme: Scheme;
  /** Headers without which it is no delivery of theirs, each under any one of its names. */
  readonly needs: readonly (readonly string[])[];
  /** Their id of the delivery; undefined: it is made of the body's hash. */
  readonly idOf: (delivery: Delivery) => string | undefined;
  /** If they always give one. */
  readonly idRequired: boolean;
  readonly typeOf: (delivery: Delivery) => string | undefined;
  /** RFC 3339, or undefined. */
  readonly timeOf: (delivery: Delivery) => string | undefined;
  /** Members of the body that differ from one try of a delivery to the next: they do not count as content. */
  readonly volatile: readonly string[];
  /** YAML. */
  readonly mapping: string;
  /** What is answered to a request that only asks if somebody is there; null: it is a delivery. */
  readonly handshake?: (body: Json) => object | null;
  /** A body like theirs, for `webhooks test`. */
  readonly sample: JsonObject;
}

const NO_RULES = 'rules: []\n';

const member = (body: Json, ...path: readonly string[]): Json | undefined => {
  let inside: Json | undefined = body;
  for (const name of path) {
    if (typeof inside !== 'object' || inside === null || Array.isArray(inside) || !Object.hasOwn(inside, name)) return undefined;
    inside = inside[name];
  }
  return inside;
};
const text = (value: Json | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Seconds since the epoch as RFC 3339; undefined for what is no such number. */
function instantOf(seconds: Json | undefined): string | undefined {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0 || seconds > 253_402_300_799) return undefined;
  return new Date(seconds * 1000).toISOString();
}

const none = (): undefined => undefined;

const STANDARD_PROVIDER: Provider = {
  scheme: STANDARD,
  needs: [],
  idOf: ({ headers }) => headerOf(headers, 'webhook-id', 'svix-id'),
  idRequired: true,
  typeOf: ({ body }) => text(member(body, 'type')),
  timeOf: ({ body }) => text(member(body, 'timestamp')),
  volatile: [],
  mapping: NO_RULES,
  sample: { type: 'user.created', timestamp: '2026-03-02T09:30:00Z', data: { id: 'u-1' } },
};

const shopifyHeader = (name: string): readonly string[] => [`x-shopify-${name}`, `shopify-${name}`];

const BY_NAME: Readonly<Record<Exclude<WebhookProvider, 'hmac'>, Provider>> = {
  standard: STANDARD_PROVIDER,
  cloudevents: {
    ...STANDARD_PROVIDER,
    timeOf: ({ body }) => text(member(body, 'time')),
    mapping: CLOUDEVENTS_MAPPING,
    sample: { specversion: '1.0', id: 'one', source: '/shop', type: 'sale.recorded', data: { sku: 's-1', quantity: 1, price: 9.5 } },
  },
  stripe: {
    scheme: STRIPE,
    needs: [],
    idOf: ({ body }) => text(member(body, 'id')),
    idRequired: true,
    typeOf: ({ body }) => text(member(body, 'type')),
    timeOf: ({ body }) => instantOf(member(body, 'created')),
    volatile: ['pending_webhooks'],
    mapping: STRIPE_MAPPING,
    sample: {
      ...{ id: 'evt_sample', object: 'event', created: 1_700_000_000, type: 'charge.dispute.created' },
      data: { object: { id: 'dp_sample', object: 'dispute', charge: 'ch_sample', amount: 1999, currency: 'usd', reason: 'fraudulent' } },
    },
  },
  shopify: {
    scheme: signedBody({ header: shopifyHeader('hmac-sha256'), algorithm: 'sha256', encoding: 'base64' }),
    needs: ['topic', 'shop-domain', 'api-version', 'webhook-id'].map(shopifyHeader),
    idOf: ({ headers }) => headerOf(headers, ...shopifyHeader('webhook-id')),
    idRequired: true,
    typeOf: ({ headers }) => headerOf(headers, ...shopifyHeader('topic')),
    timeOf: ({ headers, body }) => headerOf(headers, ...shopifyHeader('triggered-at')) ?? text(member(body, 'updated_at')),
    volatile: [],
    mapping: SHOPIFY_MAPPING,
    sample: { id: 1, token: 'cart-1', line_items: [{ product_id: 7, quantity: 2, price: '9.50' }], updated_at: '2026-03-02T09:30:00Z' },
  },
  github: {
    scheme: signedBody({ header: ['x-hub-signature-256'], prefix: 'sha256=', algorithm: 'sha256', encoding: 'hex' }),
    needs: [['x-github-event'], ['x-github-delivery']],
    idOf: ({ headers }) => headerOf(headers, 'x-github-delivery'),
    idRequired: true,
    typeOf: ({ headers }) => headerOf(headers, 'x-github-event'),
    timeOf: none,
    volatile: [],
    mapping: NO_RULES,
    sample: { action: 'opened', issue: { number: 1, title: 'A sample' } },
  },
  slack: {
    scheme: SLACK,
    needs: [],
    idOf: ({ body }) => text(member(body, 'event_id')),
    idRequired: false,
    typeOf: ({ body }) => text(member(body, 'event', 'type')) ?? text(member(body, 'type')) ?? text(member(body, 'command')),
    timeOf: ({ body }) => instantOf(member(body, 'event_time')),
    volatile: [],
    mapping: NO_RULES,
    handshake: (body) => {
      const challenge = text(member(body, 'challenge'));
      return member(body, 'type') === 'url_verification' && challenge !== undefined ? { challenge } : null;
    },
    sample: { type: 'event_callback', event_id: 'Ev1', event_time: 1_700_000_000, event: { type: 'app_mention', text: 'hello' } },
  },
};

/** Any sender who signs the body, or a time and the body, with a shared secret. */
function hmacProvider(settings: WebhookSettings): Provider {
  const { header = 'x-signature', prefix = '', algorithm = 'sha256', encoding = 'hex', timestampHeader, idHeader, typeHeader } = settings;
  const lower = (name: string): string => name.toLowerCase();
  const scheme: Scheme = {
    ...{ algorithm, encoding, keyOf: plainKey },
    read: (headers) => {
      const signature = headerOf(headers, lower(header));
      const seconds = timestampHeader === undefined ? null : (headerOf(headers, lower(timestampHeader)) ?? undefined);
      if (signature === undefined) return { missing: header };
      if (seconds === undefined) return { missing: timestampHeader ?? '' };
      const signatures = signature.startsWith(prefix) ? [signature.slice(prefix.length)] : [];
      return { signatures, before: seconds === null ? '' : `${seconds}.`, seconds };
    },
  };
  return {
    scheme,
    needs: idHeader === undefined ? [] : [[lower(idHeader)]],
    idOf: ({ headers }) => (idHeader === undefined ? undefined : headerOf(headers, lower(idHeader))),
    idRequired: false,
    typeOf: ({ headers, body }) =>
      (typeHeader === undefined ? undefined : headerOf(headers, lower(typeHeader))) ?? text(member(body, 'type')) ?? 'event',
    timeOf: none,
    volatile: [],
    mapping: NO_RULES,
    sample: { type: 'sample', value: 1 },
  };
}

export function providerOf(name: WebhookProvider, settings: WebhookSettings): Provider {
  return name === 'hmac' ? hmacProvider(settings) : BY_NAME[name];
}
