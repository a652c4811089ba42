/**
 * Requests of providers, from their bytes to what became of them. The bugs this hunts: a request that is stored before it is verified; a retry that is stored
 * twice, or refused because a counter in its body moved; a delivery that is lost for the sake of its mapping; a secret in an answer.
 */
import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { flows as FLOWS } from '../../src/flows/flows.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { type Answer, ask } from '../support/http.ts';
import { startIngress } from '../support/ingress.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: FLOWS });
const stripe = new Stripe('sk_test_none');
const SECRET = 'whsec_of-the-dashboard';
const STANDARD_SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

const admin = (path: string, body?: object): Promise<Answer> =>
  ask(`${ingress.url}/v1/webhooks${path}`, {
    method: 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
const send = (source: string, body: string | Buffer, headers: Record<string, string>): Promise<Answer> =>
  ask(`${ingress.url}/v1/webhooks/${source}`, {
    method: 'POST',
    body: body as string,
    headers: { 'content-type': 'application/json', ...headers },
  });
const signedByStripe = (body: string, more: { secret?: string; timestamp?: number } = {}) => ({
  'stripe-signature': stripe.webhooks.generateTestHeaderString({ payload: body, secret: SECRET, ...more }),
});
const sendStripe = (body: object, source = 'stripe'): Promise<Answer> => {
  const text = JSON.stringify(body);
  return send(source, text, signedByStripe(text));
};
const count = async (): Promise<number> => {
  const { rows } = await ingress.pool.query("select count(*) as n from entries where kind = 'event'");
  return rows[0].n;
};
const stored = async (answer: Answer) => (await ask(`${ingress.url}${answer.json.links.event}`)).json;

const dispute = (id: string, more: object = {}) => ({
  ...{ id, object: 'event', created: 1_700_000_000, type: 'charge.dispute.created', pending_webhooks: 2 },
  data: { object: { id: 'dp_1', charge: 'ch_1', amount: 1999, currency: 'usd', reason: 'fraudulent', metadata: { cardId: 'card-9' } } },
  ...more,
});

beforeAll(async () => {
  expect((await admin('', { source: 'stripe', provider: 'stripe', secret: SECRET })).status).toBe(201);
  expect((await admin('', { source: 'std', provider: 'standard', secret: STANDARD_SECRET })).status).toBe(201);
  for (const source of ['hub-a', 'hub-b'])
    expect((await admin('', { source, provider: 'github', secret: 'a-github-secret' })).status).toBe(201);
  expect((await admin('', { source: 'shop', provider: 'shopify', secret: 'a-shopify-secret' })).status).toBe(201);
  expect((await admin('', { source: 'talk', provider: 'slack', secret: 'a-slack-secret' })).status).toBe(201);
});

describe('POST /v1/webhooks/{source}', () => {
  it('makes our event of a dispute, and shows what came and what it became', async () => {
    const answer = await sendStripe(dispute('evt_dispute'));
    expect(answer.status).toBe(202);
    expect(answer.json).toMatchObject({
      source: '/webhooks/stripe',
      id: 'evt_dispute',
      flow: 'fraud',
      subject: 'card-9',
      status: 'recorded',
    });
    const event = await stored(answer);
    expect(event.cloudevent).toMatchObject({
      type: 'payment.disputed',
      time: '2023-11-14T22:13:20.000Z',
      data: { paymentId: 'ch_1', cardId: 'card-9', terminalId: 'stripe', fraud: true },
    });
    expect(event.came).toMatchObject({
      via: 'webhook',
      theirType: 'charge.dispute.created',
      body: JSON.stringify(dispute('evt_dispute')),
      fault: null,
    });
    expect(event.came.mapping).toMatch(/^mapping@/);
  });

  it('decides a payment that succeeded, in major units', async () => {
    const card = { fingerprint: 'fp-1', country: 'US' };
    const intent = { id: 'pi_1', amount: 2000, currency: 'usd', charges: { data: [{ id: 'ch_2', payment_method_details: { card } }] } };
    const answer = await sendStripe(dispute('evt_paid', { type: 'payment_intent.succeeded', data: { object: intent } }));
    expect(answer.json).toMatchObject({ flow: 'fraud', subject: 'fp-1' });
    expect(answer.json.decision.outcome).toEqual(expect.any(String));
    expect((await stored(answer)).cloudevent.data).toEqual({
      ...{ paymentId: 'ch_2', cardId: 'fp-1', terminalId: 'stripe', amount: 20, currency: 'USD', country: 'US' },
    });
  });

  it('gives a replay its first receipt, also where a counter in its body moved, its mapping changed, and the service was started again', async () => {
    const first = await sendStripe(dispute('evt_again'));
    const before = await count();
    const again = await sendStripe(dispute('evt_again', { pending_webhooks: 1 }));
    expect(again.json).toEqual({ ...first.json, duplicate: true });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await admin('/stripe/mapping', { mapping: 'rules: []\n' })).status).toBe(200);
    expect((await sendStripe(dispute('evt_again'))).json).toEqual({ ...first.json, duplicate: true });
    expect((await admin('/stripe/mapping', { mapping: null })).status).toBe(200);
    const { options } = ingress.pool as unknown as { options: { connectionString: string } };
    const other = await startIngress({ database: options.connectionString, flows: FLOWS });
    try {
      const text = JSON.stringify(dispute('evt_again'));
      const there = await ask(`${other.url}/v1/webhooks/stripe`, { method: 'POST', body: text, headers: signedByStripe(text) });
      expect(there.json).toEqual({ ...first.json, duplicate: true });
    } finally {
      await other.close();
    }
    expect(await count()).toBe(before);
  });

  it('refuses the same delivery with other content, and keeps the first', async () => {
    await sendStripe(dispute('evt_other'));
    const before = await count();
    expectProblem(await sendStripe(dispute('evt_other', { type: 'charge.refunded' })), 409, 'conflict');
    expect(await count()).toBe(before);
  });

  it('stores one of twenty that come at once', async () => {
    const before = await count();
    const answers = await Promise.all(Array.from({ length: 20 }, () => sendStripe(dispute('evt_storm'))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ json }) => json.event)).size).toBe(1);
    expect(await count()).toBe(before + 1);
  });

  it('keeps what no rule takes, what its flow refuses, and what its rule fails on, as unrouted', async () => {
    const refunded = await sendStripe(dispute('evt_r', { type: 'charge.refunded', amount: 12345678901234567890n.toString() }));
    expect(refunded.json).toMatchObject({ flow: null, status: 'unrouted' });
    expect((await stored(refunded)).cloudevent).toMatchObject({ type: 'stripe.charge.refunded', data: { id: 'evt_r' } });
    const off = await sendStripe(dispute('evt_off', { data: { object: { reason: 'fraudulent' } } }));
    const event = await stored(off);
    expect(event.cloudevent.type).toBe('stripe.charge.dispute.created');
    expect(event.cloudevent.mappingfault).toMatch(/off-schema.*\/paymentId is required/);
    expect(event.came.fault).toMatch(/off-schema/);
    expect((await admin('/stripe/mapping', { mapping: 'rules:\n  - { type: t, data: { a: "id + 1" } }\n' })).status).toBe(200);
    const failed = await stored(await sendStripe(dispute('evt_failed')));
    expect(failed.cloudevent).toMatchObject({ type: 'stripe.charge.dispute.created', mappingfault: expect.stringMatching(/T2001/) });
    expect((await admin('/stripe/mapping', { mapping: null })).status).toBe(200);
  });

  it('keeps a big number as it came', async () => {
    const text = '{"id":"evt_big","type":"x","n":12345678901234567890}';
    const answer = await send('stripe', text, signedByStripe(text));
    expect((await ask(`${ingress.url}${answer.json.links.event}`)).text).toContain('"n":12345678901234567890');
  });

  it.each([
    ['one byte changed', (text: string) => [`${text.slice(0, -2)} }`, signedByStripe(text)] as const, 'webhook-mismatch'],
    ['stale', (text: string) => [text, signedByStripe(text, { timestamp: Math.floor(Date.now() / 1000) - 310 })] as const, 'webhook-stale'],
    [
      'of the future',
      (text: string) => [text, signedByStripe(text, { timestamp: Math.floor(Date.now() / 1000) + 310 })] as const,
      'webhook-stale',
    ],
    [
      "of another source's secret",
      (text: string) => [text, signedByStripe(text, { secret: 'a-github-secret' })] as const,
      'webhook-mismatch',
    ],
    ['unsigned', (text: string) => [text, {}] as const, 'webhook-missing'],
  ])('refuses one that is %s, and stores nothing', async (_name, made, code) => {
    const before = await count();
    const [text, headers] = made(JSON.stringify(dispute('evt_refused')));
    const answer = await send('stripe', text, headers);
    expectProblem(answer, 401, code);
    expect(answer.text).not.toContain(SECRET);
    expect(await count()).toBe(before);
    const { rows } = await ingress.pool.query("select 1 from originals where id = 'evt_refused'");
    expect(rows).toEqual([]);
  });

  it('refuses a signed body that is no JSON, is empty, has no id, or is compressed', async () => {
    expectProblem(await send('stripe', '} no JSON', signedByStripe('} no JSON')), 400, 'bad-json');
    expectProblem(await send('stripe', '', signedByStripe('')), 400, 'bad-json');
    expectProblem(await send('stripe', '{}', signedByStripe('{}')), 400, 'bad-event');
    const deep = `{"id":"d","a":${'['.repeat(900)}${']'.repeat(900)}}`;
    expectProblem(await send('stripe', deep, signedByStripe(deep)), 400, 'too-deep');
    expectProblem(await send('stripe', '{}', { ...signedByStripe('{}'), 'content-encoding': 'gzip' }), 415);
  });

  it('knows no source that nobody added, and none that is disabled', async () => {
    expectProblem(await send('nobody', '{}', {}), 404, 'not-found');
    expect((await admin('/std/disable')).json.state).toBe('disabled');
    const text = '{"type":"a"}';
    const headers = () => {
      const at = new Date();
      return {
        'webhook-id': 'm1',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(STANDARD_SECRET).sign('m1', at, text),
      };
    };
    expectProblem(await send('std', text, headers()), 404, 'not-found');
    expect((await admin('/std/enable')).json.state).toBe('enabled');
    const answer = await send('std', text, headers());
    expect((await stored(answer)).cloudevent).toMatchObject({ type: 'std.a', id: 'm1' });
  });

  it('takes a provider by whatever name it calls us', async () => {
    const text = JSON.stringify(dispute('evt_host'));
    const answer = await send('stripe', text, { ...signedByStripe(text), origin: 'https://elsewhere.example' });
    expect(answer.status).toBe(202);
  });
});

const hub = (body: string, delivery: string) => ({
  'x-github-event': 'issues',
  'x-github-delivery': delivery,
  'x-hub-signature-256': `sha256=${createHmac('sha256', 'a-github-secret').update(body).digest('hex')}`,
});

describe('presets', () => {
  it('GitHub: two hooks may share a delivery id; a form has the same body in one field', async () => {
    const [a, b] = ['{"action":"opened"}', '{"action":"closed"}'] as const;
    const first = await send('hub-a', a, hub(a, 'd-1'));
    const second = await send('hub-b', b, hub(b, 'd-1'));
    expect([first.json.source, second.json.source]).toEqual(['/webhooks/hub-a', '/webhooks/hub-b']);
    expect((await stored(first)).cloudevent.type).toBe('hub-a.issues');
    const form = `payload=${encodeURIComponent('{"action":"🚀 é"}')}`;
    const third = await send('hub-a', form, { ...hub(form, 'd-2'), 'content-type': 'application/x-www-form-urlencoded' });
    expect((await stored(third)).cloudevent.data).toEqual({ action: '🚀 é' });
    const { 'x-github-delivery': _left, ...without } = hub(a, 'd-3');
    expectProblem(await send('hub-a', a, without), 401, 'webhook-missing');
  });

  it('Shopify: a cart and an order become ours', async () => {
    const sendShop = (topic: string, id: string, body: string) =>
      send('shop', body, {
        ...{
          'x-shopify-topic': topic,
          'x-shopify-webhook-id': id,
          'x-shopify-shop-domain': 's.myshopify.com',
          'x-shopify-api-version': '2026-01',
        },
        'x-shopify-hmac-sha256': createHmac('sha256', 'a-shopify-secret').update(body).digest('base64'),
      });
    const items = [{ product_id: 7, quantity: 2, price: '9.50' }];
    const cart = await stored(await sendShop('carts/update', 'w-1', JSON.stringify({ token: 'cart-1', line_items: items })));
    const line = { itemId: '7', quantity: 2, price: 9.5 };
    expect(cart.cloudevent).toMatchObject({ type: 'cart.changed', data: { sessionId: 'cart-1', items: [line] } });
    const order = { id: 5, cart_token: 'cart-1', line_items: items, customer: { id: 3 }, created_at: '2026-03-02T09:30:00+01:00' };
    const done = await stored(await sendShop('orders/create', 'w-2', JSON.stringify(order)));
    expect(done.cloudevent).toMatchObject({ type: 'order.completed', time: order.created_at });
    expect(done.cloudevent.data).toEqual({ sessionId: 'cart-1', orderId: '5', userId: '3', items: [line] });
    const other = await stored(await sendShop('products/create', 'w-3', '{"id":1}'));
    expect(other.cloudevent.type).toBe('shop.products/create');
  });

  it('Slack: its challenge is answered and not stored', async () => {
    const sendTalk = (body: string) => {
      const at = String(Math.floor(Date.now() / 1000));
      const signature = createHmac('sha256', 'a-slack-secret').update(`v0:${at}:${body}`).digest('hex');
      return send('talk', body, { 'x-slack-request-timestamp': at, 'x-slack-signature': `v0=${signature}` });
    };
    const before = await count();
    const answer = await sendTalk('{"type":"url_verification","challenge":"c-1"}');
    expect([answer.status, answer.json]).toEqual([200, { challenge: 'c-1' }]);
    expect(await count()).toBe(before);
    const event = await sendTalk('{"type":"event_callback","event_id":"Ev1","event_time":1700000000,"event":{"type":"app_mention"}}');
    expect((await stored(event)).cloudevent).toMatchObject({ id: 'Ev1', type: 'talk.app_mention' });
  });

  it('CloudEvents: OPTIONS answers an origin that may send, and no other', async () => {
    const added = await admin('', { source: 'grid', provider: 'cloudevents', settings: { origins: ['events.example'] } });
    expect(added.status).toBe(201);
    const options = (origin: string) =>
      ask(`${ingress.url}/v1/webhooks/grid`, { method: 'OPTIONS', headers: { 'webhook-request-origin': origin } });
    const good = await options('events.example');
    expect([good.status, good.headers.get('webhook-allowed-origin'), good.headers.get('allow')]).toEqual([204, 'events.example', 'POST']);
    expect((await options('other.example')).headers.get('webhook-allowed-origin')).toBeNull();
    const body = JSON.stringify({
      specversion: '1.0',
      id: 'x',
      source: '/any',
      type: 'payment.disputed',
      data: { paymentId: 'p', cardId: 'c', terminalId: 't', fraud: false },
    });
    const at = new Date();
    const signature = new Webhook(added.json.secret).sign('m-1', at, body);
    const answer = await send('grid', body, {
      'webhook-id': 'm-1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signature,
    });
    expect(answer.json).toMatchObject({ source: '/webhooks/grid', id: 'm-1', flow: 'fraud', subject: 'c' });
  });
});

describe('the endpoints', () => {
  it('take both secrets while one is changed, and only the new one after', async () => {
    expect((await admin('', { source: 'turn', provider: 'stripe', secret: SECRET })).status).toBe(201);
    const at = (id: string, secret: string) => {
      const text = JSON.stringify({ id, type: 'x' });
      return send('turn', text, signedByStripe(text, { secret }));
    };
    expect((await admin('/turn/rotate', { secret: 'whsec_the-second' })).json.secrets).toHaveLength(2);
    expect((await at('a', SECRET)).status).toBe(202);
    expect((await at('b', 'whsec_the-second')).status).toBe(202);
    const made = await admin('/turn/rotate', { keepHours: 0 });
    expectProblem(await at('c', SECRET), 401, 'webhook-mismatch');
    expect((await at('d', made.json.secret)).status).toBe(202);
    const list = await ask(`${ingress.url}/v1/webhooks`);
    expect(list.json.items.map(({ source }: { source: string }) => source)).toContain('turn');
    for (const secret of [SECRET, 'whsec_the-second', made.json.secret]) expect(list.text).not.toContain(secret);
  });

  it.each([
    ['a secret with a line end', { source: 'bad', provider: 'stripe', secret: 'whsec_abcdefgh\n' }, 400, '/secret'],
    ['an empty secret', { source: 'bad', provider: 'stripe', secret: '' }, 400, '/secret'],
    ['a standard secret that is no base64', { source: 'bad', provider: 'standard', secret: 'whsec_' }, 400, '/secret'],
    ['a name as types begin', { source: 'payment', provider: 'stripe' }, 400, '/source'],
    ['a name with a slash', { source: 'a/b', provider: 'stripe' }, 400, '/source'],
    ['an unknown provider', { source: 'bad', provider: 'strype' }, 400, '/provider'],
    ['a wrong mapping', { source: 'bad', provider: 'stripe', mapping: 'rules:\n  - { type: t, data: "a +" }\n' }, 422, '/rules/0/data'],
  ])('refuse %s', async (_name, body, status, pointer) => {
    const answer = await admin('', body);
    expectProblem(answer, status);
    expect(answer.json.errors[0].pointer).toBe(pointer);
    expect(answer.text).not.toContain('abcdefgh');
  });

  it('refuse a name twice', async () => {
    expectProblem(await admin('', { source: 'stripe', provider: 'stripe' }), 409, 'taken');
  });

  it('tell what a body would become, with a sample too, and store nothing', async () => {
    const before = await count();
    expect((await admin('/stripe/test', {})).json).toMatchObject({
      taken: true,
      fault: null,
      flow: 'fraud',
      cloudevent: { type: 'payment.disputed' },
    });
    expect((await admin('/stripe/test', { body: { id: 'x', type: 'y' } })).json).toMatchObject({
      taken: false,
      flow: null,
      cloudevent: { type: 'stripe.y' },
    });
    const off = await admin('/stripe/test', { body: { id: 'x', type: 'charge.dispute.created', data: { object: {} } } });
    expect(off.json).toMatchObject({ taken: true, fault: expect.stringMatching(/off-schema/), flow: null });
    for (const source of ['shop', 'talk', 'hub-a', 'std', 'grid']) expect((await admin(`/${source}/test`, {})).json.fault).toBeNull();
    expect(await count()).toBe(before);
  });
});
