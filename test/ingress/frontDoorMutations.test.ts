/** Byte mutations on what strangers send by webhooks and brokers, and on mappings: a refusal or an event, never a crash, a hang or an error of ours. */
import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ReadStream, readMessage } from '../../src/ingress/brokers/readMessage.ts';
import { isMapping, type Mapping, readMapping } from '../../src/ingress/mapping/mapping.ts';
import { STRIPE_MAPPING } from '../../src/ingress/webhooks/presets/stripe.ts';
import { ledger } from '../support/flows.ts';
import { ask } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger] });
const SECRET = 'a-secret-of-mutations';

const BODY = Buffer.from(
  '{"id":"e1","type":"charge.dispute.created","created":1700000000,"data":{"object":{"charge":"ch","n":1e3,"m":"é🚀"}}}',
);

/** Some bytes replaced, put in or taken out. */
const mutated = (seed: Buffer): fc.Arbitrary<Buffer> =>
  fc
    .array(fc.tuple(fc.nat(seed.length), fc.nat(255), fc.constantFrom('set', 'add', 'cut')), { minLength: 1, maxLength: 6 })
    .map((changes) =>
      changes.reduce((bytes, [at, byte, how]) => {
        const place = Math.min(at, bytes.length);
        const rest = bytes.subarray(how === 'add' ? place : place + 1);
        return Buffer.concat([bytes.subarray(0, place), how === 'cut' ? Buffer.alloc(0) : Buffer.from([byte]), rest]);
      }, seed),
    );

function mapping(text: string): Mapping {
  const read = readMapping(text);
  if (!isMapping(read)) throw new Error('The mapping cannot be read');
  return read;
}

async function endpoint(source: string, provider: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await ask(`${ingress.url}/v1/webhooks`, { method: 'POST', headers, body: JSON.stringify({ source, provider, secret: SECRET }) });
}

beforeAll(async () => {
  for (const provider of ['stripe', 'github', 'hmac', 'slack']) await endpoint(`m-${provider}`, provider);
});

describe('mutated bytes', () => {
  const post = (source: string, body: Buffer, headers: Record<string, string>) =>
    ask(`${ingress.url}/v1/webhooks/${source}`, {
      method: 'POST',
      body: body as unknown as string,
      headers: { 'content-type': 'application/json', ...headers },
    });
  const hmac = (body: Buffer | string, before = ''): string => createHmac('sha256', SECRET).update(before).update(body).digest('hex');

  it('that are signed are an event or a 4xx', async () => {
    let events = 0;
    await fc.assert(
      fc.asyncProperty(mutated(BODY), fc.uuid(), async (body, delivery) => {
        const seconds = Math.floor(Date.now() / 1000);
        const answers = await Promise.all([
          post('m-stripe', body, { 'stripe-signature': `t=${seconds},v1=${hmac(body, `${seconds}.`)}` }),
          post('m-github', body, { 'x-github-event': 'e', 'x-github-delivery': delivery, 'x-hub-signature-256': `sha256=${hmac(body)}` }),
          post('m-hmac', body, { 'x-signature': hmac(body) }),
          post('m-slack', body, {
            'x-slack-request-timestamp': String(seconds),
            'x-slack-signature': `v0=${hmac(body, `v0:${seconds}:`)}`,
          }),
        ]);
        for (const { status } of answers) expect([200, 202, 400, 401, 409, 413, 415]).toContain(status);
        events += answers.filter(({ status }) => status === 202).length;
      }),
      { numRuns: 60 },
    );
    expect(events).toBeGreaterThan(0);
  });

  it('in headers of a signature are a 401, unless its time and its signature still stand in it whole', async () => {
    // of an endpoint of its own: what was taken elsewhere under this id may have other content, which is a 409
    await endpoint('m-headers', 'stripe');
    const seconds = Math.floor(Date.now() / 1000);
    const [time, signature] = [`t=${seconds}`, `v1=${hmac(BODY, `${seconds}.`)}`];
    await fc.assert(
      fc.asyncProperty(mutated(Buffer.from(`${time},${signature}`)), async (header) => {
        const text = header.toString('latin1').replace(/[^\x20-\x7e]/g, '~');
        const { status } = await post('m-headers', BODY, { 'stripe-signature': text });
        // HTTP takes blanks off both ends
        const parts = text.trim().split(',');
        const times = parts.filter((part) => part.startsWith('t='));
        expect({ text, status }).toEqual({ text, status: times.join() === time && parts.includes(signature) ? 202 : 401 });
      }),
      { numRuns: 200 },
    );
  });

  it.each(['kafka', 'nats', 'mqtt'] as const)('of messages of %s are an event, or one for the quarantine', async (kind) => {
    const stream: ReadStream = { name: 'm', kind, mapping: mapping(STRIPE_MAPPING) };
    const prefix = { kafka: 'ce_', nats: 'ce-', mqtt: '' }[kind];
    const names = fc.constantFrom(
      'content-type',
      ...['specversion', 'id', 'source', 'type', 'time', '__proto__', 'data'].map((name) => prefix + name),
    );
    const values = fc.oneof(
      fc.constantFrom('1.0', 'application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json', '/a', ''),
      fc.string({ unit: 'binary' }),
    );
    await fc.assert(
      fc.asyncProperty(mutated(BODY), fc.array(fc.tuple(names, values), { maxLength: 8 }), async (body, headers) => {
        const read = await readMessage(stream, { body, headers, position: 'm/1' });
        for (const { event } of read) expect(typeof event.id === 'string' && event.hash.length === 32).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('of a mapping are a mapping, or faults with their places', async () => {
    await fc.assert(
      fc.property(mutated(Buffer.from(STRIPE_MAPPING)), (bytes) => {
        const read = readMapping(bytes.toString('utf8'));
        if (!isMapping(read)) for (const { detail } of read) expect(detail).toMatch(/line \d+|^\S/);
      }),
      { numRuns: 60 },
    );
  });
});
