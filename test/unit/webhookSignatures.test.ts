/**
 * Signatures of providers over the bytes as they came. The bugs this hunts: a body that was parsed and printed again passes; bytes that are no text pass as
 * the text that replaces them; a time of next year is fresh; an unequal length throws; a second secret locks out the first.
 */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { sign as githubSign } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { SignalboxError } from '../../src/domain/errors.ts';
import { providerOf } from '../../src/ingress/webhooks/providers.ts';
import { type Headers, verifySignature } from '../../src/ingress/webhooks/signatures.ts';
import type { WebhookProvider, WebhookSettings } from '../../src/wire/webhook.ts';

const NOW_S = 1_750_000_000;
const STANDARD_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const PLAIN_SECRET = 'whsec_as-the-dashboard-shows-it';
const BODY = '{"id": "evt_1",  "m": "🚀 é \ufffd", "n": 1.0}';

interface Signed {
  readonly headers: Headers;
  readonly body: Buffer;
}

/** As the vendor's own library signs, or, where there is none for it, as its documentation says. */
const SIGNERS: Readonly<Record<Exclude<WebhookProvider, 'cloudevents'>, (secret: string, atS: number) => Promise<Headers>>> = {
  standard: async (secret, atS) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(atS),
    'webhook-signature': new Webhook(secret).sign('msg_1', new Date(atS * 1000), BODY),
  }),
  stripe: async (secret, atS) => ({
    'stripe-signature': new Stripe('sk_test_none').webhooks.generateTestHeaderString({ payload: BODY, secret, timestamp: atS }),
  }),
  github: async (secret) => ({ 'x-hub-signature-256': await githubSign(secret, BODY) }),
  shopify: async (secret) => ({ 'x-shopify-hmac-sha256': createHmac('sha256', secret).update(BODY).digest('base64') }),
  slack: async (secret, atS) => ({
    'x-slack-request-timestamp': String(atS),
    'x-slack-signature': `v0=${createHmac('sha256', secret).update(`v0:${atS}:${BODY}`).digest('hex')}`,
  }),
  hmac: async (secret, atS) => ({
    'x-own': `sig=${createHmac('sha512', secret).update(`${atS}.${BODY}`).digest('base64')}`,
    'x-at': String(atS),
  }),
};
const HMAC: WebhookSettings = { header: 'X-Own', prefix: 'sig=', algorithm: 'sha512', encoding: 'base64', timestampHeader: 'X-At' };
const PROVIDERS = Object.keys(SIGNERS) as (keyof typeof SIGNERS)[];
const TIMED = ['standard', 'stripe', 'slack', 'hmac'] as const;

const secretOf = (provider: string): string => (provider === 'standard' ? STANDARD_SECRET : PLAIN_SECRET);
const otherSecretOf = (provider: string): string =>
  provider === 'standard' ? `whsec_${Buffer.alloc(24, 8).toString('base64')}` : 'another-secret';

/** `good`, or the code of the refusal. */
function verdict(provider: WebhookProvider, { headers, body }: Signed, secrets: readonly string[]): string {
  try {
    verifySignature(providerOf(provider, HMAC).scheme, { headers, body, secrets, nowMs: NOW_S * 1000 });
    return 'good';
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    for (const secret of secrets) expect(error.message).not.toContain(secret);
    return error.code;
  }
}

const signed = async (provider: (typeof PROVIDERS)[number], atS = NOW_S): Promise<Signed> => ({
  headers: await SIGNERS[provider](secretOf(provider), atS),
  body: Buffer.from(BODY),
});

describe.each(PROVIDERS)('verifySignature() of %s', (provider) => {
  const secrets = [secretOf(provider)];

  it("takes what the vendor's way signs, with any of several secrets", async () => {
    const request = await signed(provider);
    expect(verdict(provider, request, secrets)).toBe('good');
    expect(verdict(provider, request, [otherSecretOf(provider), ...secrets])).toBe('good');
  });

  it("refuses another source's secret, and none at all", async () => {
    const request = await signed(provider);
    expect(verdict(provider, request, [otherSecretOf(provider)])).toBe('webhook-mismatch');
    expect(verdict(provider, request, [])).toBe('webhook-mismatch');
  });

  it('refuses each single byte changed, cut off or added', async () => {
    const { headers, body } = await signed(provider);
    for (let at = 0; at < body.length; at += 1) {
      const changed = Buffer.from(body);
      changed[at] = (changed[at] as number) ^ 1;
      expect(verdict(provider, { headers, body: changed }, secrets)).toBe('webhook-mismatch');
    }
    for (const other of [body.subarray(1), body.subarray(0, -1), Buffer.concat([body, Buffer.from(' ')])])
      expect(verdict(provider, { headers, body: other }, secrets)).toBe('webhook-mismatch');
  });

  it('refuses a body that was parsed and printed again, a byte order mark, and a byte that reads as the same text', async () => {
    const { headers, body } = await signed(provider);
    const printed = Buffer.from(JSON.stringify(JSON.parse(BODY)));
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]);
    const at = body.indexOf(Buffer.from('\ufffd'));
    const broken = Buffer.concat([body.subarray(0, at), Buffer.from([0xff]), body.subarray(at + 3)]);
    expect(broken.toString('utf8')).toBe(BODY);
    for (const other of [printed, marked, broken]) expect(verdict(provider, { headers, body: other }, secrets)).toBe('webhook-mismatch');
  });

  it('says which header is missing, for each', async () => {
    const { headers, body } = await signed(provider);
    for (const name of Object.keys(headers)) {
      const { [name]: _left, ...others } = headers;
      expect(verdict(provider, { headers: others, body }, secrets)).toBe('webhook-missing');
      expect(verdict(provider, { headers: { ...headers, [name]: '' }, body }, secrets)).toBe('webhook-missing');
    }
  });

  it('refuses signatures of any other length and alphabet without failing', async () => {
    const { headers, body } = await signed(provider);
    const name = Object.keys(headers).find((one) => /signature|hmac|own/.test(one)) as string;
    const good = headers[name] as string;
    const others = [good.slice(0, -1), `${good}0`, good.toUpperCase(), '\u00ff'.repeat(64), 'v1,', ','.repeat(500)];
    for (const other of others)
      expect(['webhook-mismatch', 'webhook-missing']).toContain(
        verdict(provider, { headers: { ...headers, [name]: other }, body }, secrets),
      );
  });
});

it('verifySignature() of stripe reads each pair to its end: what stands behind a second sign does not pass unread', async () => {
  const { headers, body } = await signed('stripe');
  const [time, signature] = String(headers['stripe-signature']).split(',') as [string, string];
  const of = (header: string) => verdict('stripe', { headers: { 'stripe-signature': header }, body }, [PLAIN_SECRET]);
  expect(of(`${time},v0=other,,${signature}`)).toBe('good');
  expect(of(`${time}=1,${signature}`)).toBe('webhook-missing');
  expect(of(`${time},${signature}=junk`)).toBe('webhook-mismatch');
});

describe.each(TIMED)('the signed time of %s', (provider) => {
  it.each([
    [-301, 'webhook-stale'],
    [-300, 'good'],
    [-290, 'good'],
    [290, 'good'],
    [300, 'good'],
    [301, 'webhook-stale'],
    [315_360_000, 'webhook-stale'],
  ])('%i s from now: %s', async (seconds, expected) => {
    expect(verdict(provider, await signed(provider, NOW_S + seconds), [secretOf(provider)])).toBe(expected);
  });

  it('is refused where it is no whole number, though it is signed so', async () => {
    for (const time of ['soon', `${NOW_S} junk`, `${NOW_S}.5`, '-1', ' ', '9'.repeat(13)]) {
      const { headers } = await signed(provider);
      const scheme = providerOf(provider, HMAC).scheme;
      const before = { standard: `msg_1.${time}.`, stripe: `${time}.`, slack: `v0:${time}:`, hmac: `${time}.` }[provider];
      const signature = createHmac(scheme.algorithm, scheme.keyOf(secretOf(provider)))
        .update(before + BODY)
        .digest(scheme.encoding);
      const changed = {
        standard: { 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` },
        stripe: { 'stripe-signature': `t=${time},v1=${signature}` },
        slack: { 'x-slack-request-timestamp': time, 'x-slack-signature': `v0=${signature}` },
        hmac: { 'x-at': time, 'x-own': `sig=${signature}` },
      }[provider];
      expect(verdict(provider, { headers: { ...headers, ...changed }, body: Buffer.from(BODY) }, [secretOf(provider)])).toBe(
        'webhook-missing',
      );
    }
  });
});

describe('several signatures in one header', () => {
  it('count as one good one, whatever stands beside it', async () => {
    const { headers, body } = await signed('standard');
    const list = ['v1,not-valid-$$$', 'v2,AAAA', String(headers['webhook-signature']), 'v1,'].join(' ');
    expect(verdict('standard', { headers: { ...headers, 'webhook-signature': list }, body }, [STANDARD_SECRET])).toBe('good');
    const stripe = await signed('stripe');
    const more = `${String(stripe.headers['stripe-signature'])},v1=potato,v0=x`;
    expect(verdict('stripe', { headers: { 'stripe-signature': more }, body: stripe.body }, [PLAIN_SECRET])).toBe('good');
    expect(verdict('stripe', { headers: { 'stripe-signature': `t=1,${more}` }, body: stripe.body }, [PLAIN_SECRET])).toBe(
      'webhook-missing',
    );
  });

  it('of a standard secret without its prefix are the same; Svix sends other names', async () => {
    const { headers, body } = await signed('standard');
    expect(verdict('standard', { headers, body }, [STANDARD_SECRET.slice('whsec_'.length)])).toBe('good');
    const svix = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.replace('webhook', 'svix'), value]));
    expect(verdict('standard', { headers: svix, body }, [STANDARD_SECRET])).toBe('good');
  });
});
