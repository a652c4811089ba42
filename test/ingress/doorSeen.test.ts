/**
 * Webhooks and streams as an operator sees them: the API, /metrics and the doctor. The bugs this hunts: a provider whose every request is refused and nobody is
 * told; names of strangers as labels; a stream that no ingress reads and that looks well.
 */
import { createHmac } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { lookAtStreams, lookAtWebhooks } from '../../src/cli/doctor/door.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { StreamLocks } from '../../src/log/door/streamLocks.ts';
import { addStream, listStreams, moveStream, setStreamState, tellPublished, tellStream } from '../../src/log/door/streams.ts';
import { addWebhookCounts } from '../../src/log/door/webhookCounts.ts';
import { eventually } from '../support/eventually.ts';
import { type Answer, ask } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [] });
const SECRET = 'a-github-secret';
const MAPPING = `rules:\n  - on: [push]\n    type: code.pushed\n    data: { size: commits ~> $count() }\n  - on: [ping]\n    type: x.y\n    data: { n: $number(zen) }\n`;

const admin = (path: string, body: object): Promise<Answer> =>
  ask(`${ingress.url}/v1/webhooks${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
let sent = 0;
function send(
  type: string,
  { source = 'hub', id = `d-${++sent}`, secret = SECRET, body = '{"zen":"x","commits":[1]}', signed = true } = {},
): Promise<Answer> {
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const headers = { 'content-type': 'application/json', 'x-github-delivery': id, 'x-github-event': type };
  return ask(`${ingress.url}/v1/webhooks/${source}`, {
    method: 'POST',
    body,
    headers: { ...headers, ...(signed ? { 'x-hub-signature-256': signature } : {}) },
  });
}
const requestsOf = async (source: string): Promise<Record<string, number>> => {
  const { items } = (await ask(`${ingress.url}/v1/webhooks`)).json as {
    items: { source: string; requests: { result: string; count: number }[] }[];
  };
  const found = items.find((one) => one.source === source)?.requests ?? [];
  return Object.fromEntries(found.map(({ result, count }) => [result, count]));
};
const text = ({ level, what, found, next = '' }: Finding): string => `${level} ${what}: ${found} -> ${next}`;

beforeAll(async () => {
  for (const source of ['hub', 'quiet', 'gone'])
    expect(
      (await admin('', { source, provider: 'github', secret: SECRET, ...(source === 'hub' ? { mapping: MAPPING } : {}) })).status,
    ).toBe(201);
  expect((await admin('/gone/disable', {})).status).toBe(200);
});

describe('webhooks', () => {
  it('says of each what became of its requests, in the API and in /metrics, and names no webhook that nobody added', async () => {
    expect((await send('push')).status).toBe(202);
    expect((await send('push', { id: 'again' })).status).toBe(202);
    expect((await send('push', { id: 'again' })).status).toBe(202);
    expect((await send('star')).status).toBe(202);
    expect((await send('ping')).status).toBe(202);
    expect((await send('push', { secret: 'another-secret' })).status).toBe(401);
    expect((await send('push', { signed: false })).status).toBe(401);
    expect((await send('push', { body: '{' })).status).toBe(400);
    expect((await send('push', { source: 'nobody-added' })).status).toBe(404);
    expect((await send('push', { source: 'gone' })).status).toBe(404);
    const wanted = { taken: 2, repeated: 1, unmapped: 1, fault: 1, mismatch: 1, missing: 1, refused: 1 };
    await eventually(async () => isDeepStrictEqual(await requestsOf('hub'), wanted), 15_000);
    expect(await requestsOf('quiet')).toEqual({});
    const metrics = (await ask(`${ingress.url}/metrics`)).text;
    for (const [result, count] of Object.entries(wanted))
      expect(metrics).toContain(`signalbox_webhook_requests_total{source="hub",result="${result}"} ${count}\n`);
    expect(metrics).not.toMatch(/signalbox_webhook_requests_total\{source="(nobody-added|gone)"/);
  });

  it('lookAtWebhooks() names the reason of refusals that nothing was taken since, a mapping that fails, and what is well', async () => {
    const { pool } = ingress;
    const look = async (source: string): Promise<string> =>
      text((await lookAtWebhooks(pool)).find(({ what }) => what === `webhook ${source}`) as Finding);
    await eventually(async () => (await look('hub')).includes('refused as refused'), 15_000);
    expect(await look('quiet')).toBe('ok webhook quiet: nothing has come yet -> ');
    expect(await look('gone')).toMatch(/^ok webhook gone: disabled 0 min ago/);
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000);
    await addWebhookCounts(pool, 'default', [{ source: 'hub', result: 'mismatch', count: 40, lastAt: at(2) }]);
    expect(await look('hub')).toMatch(
      /^warn webhook hub: refused as mismatch 0 min ago; the last was taken 0 min ago \(.*41 mismatch.*\) -> compare its secret/,
    );
    await addWebhookCounts(pool, 'default', [{ source: 'hub', result: 'taken', count: 1, lastAt: at(3) }]);
    expect(await look('hub')).toMatch(
      /^warn webhook hub: its mapping fails; .* -> the attribute mappingfault of `signalbox events list --source \/webhooks\/hub`/,
    );
    const later = await lookAtWebhooks(pool, at(3000));
    expect(later.map(text)).toContainEqual(expect.stringMatching(/^ok webhook hub: the last was taken 2 days ago/));
  });
});

describe('streams', () => {
  it('lookAtStreams() and /metrics say of each what is not well', async () => {
    const { pool } = ingress;
    const { options } = pool as unknown as { options: { connectionString: string } };
    const locks = new StreamLocks(options.connectionString, () => undefined);
    const key = { tenant: 'default', name: 'sales' };
    const look = async (): Promise<string> => (await lookAtStreams(pool)).map(text).join('\n');
    try {
      expect(await look()).toBe('ok streams: none is there -> ');
      await addStream(pool, {
        ...{ ...key, kind: 'kafka', settings: JSON.stringify({ url: 'kafka://127.0.0.1:9', from: 'x' }), credentials: null },
        ...{ mapping: null, createdBy: 'me', published: '{}' },
      });
      expect(await look()).toMatch(
        /^warn stream sales: no ingress reads it; 0 taken, 0 in quarantine, lag not known, nothing read yet -> start one/,
      );
      const [kept] = await listStreams(pool, 'default');
      expect(await locks.take(kept?.number as number)).toBe(true);
      expect(await look()).toMatch(/^ok stream sales: 0 taken/);
      await moveStream(pool, key, { position: '1', taken: 5, repeated: 1, unread: 2, empty: 0 });
      await tellStream(pool, key, { lag: 20_000 });
      expect(await look()).toMatch(/^warn stream sales: behind; 5 taken, 2 in quarantine, 20000 wait, read 0 min ago/);
      const shown = (await ask(`${ingress.url}/metrics`)).text;
      for (const line of [
        'signalbox_broker_lag{stream="sales"} 20000',
        'signalbox_broker_failing{stream="sales"} 0',
        'signalbox_broker_messages{stream="sales",result="unread"} 2',
      ])
        expect(shown).toContain(`${line}\n`);
      await tellStream(pool, key, { gap: true });
      expect(await look()).toMatch(/^warn stream sales: the broker had forgotten us 0 min ago/);
      await tellPublished(pool, key, { published: null, count: 0, failure: 'topic is not there' });
      expect(await look()).toMatch(/^warn stream sales: its decisions cannot be told: topic is not there/);
      await tellStream(pool, key, { failure: 'connect ECONNREFUSED' });
      expect(await look()).toMatch(/^warn stream sales: fails since 20\S+: connect ECONNREFUSED; 5 taken/);
      expect((await ask(`${ingress.url}/metrics`)).text).toContain('signalbox_broker_failing{stream="sales"} 1\n');
      await setStreamState(pool, { ...key, state: 'paused' });
      expect(await look()).toMatch(/^warn stream sales: paused; .* -> `signalbox streams resume sales`/);
      const paused = (await ask(`${ingress.url}/metrics`)).text;
      expect(paused).toContain('signalbox_broker_paused{stream="sales"} 1\n');
      expect(paused).toContain('signalbox_broker_failing{stream="sales"} 0\n');
    } finally {
      await locks.close();
    }
  });
});
