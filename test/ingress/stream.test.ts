/**
 * The stream. The bugs this hunts: a decision that is missed or told twice where a stream was cut, a client that does not read and fills the memory, one that
 * goes and is still counted, a stream that outlives its key, an answer that a proxy may hold back.
 */
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { openApproval } from '../../src/approvals/approvals.ts';
import type { Streams } from '../../src/ingress/stream/streams.ts';
import { createKey, revokeKey } from '../../src/log/keys.ts';
import { approval as approvalShape } from '../../src/wire/approval.ts';
import { decisionItem } from '../../src/wire/decision.ts';
import type { Ready } from '../../src/wire/ready.ts';
import { health, summary } from '../../src/wire/stream.ts';
import { openBooked } from '../support/booked.ts';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger, parcel } from '../support/flows.ts';
import { ask, eventOf, post } from '../support/http.ts';
import { startIngress } from '../support/ingress.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';
import { startPostgres } from '../support/postgres.ts';
import { openStream } from '../support/streams.ts';

const CLIENTS_MAX = 30;
let well = true;
let streams: Streams;
const READY: Ready = {
  ...{ ready: true, database: { ok: true }, worker: { ok: true }, backlog: { events: 0, oldestSeconds: 0 } },
  ...{ temporal: { ok: true, address: '127.0.0.1:7233', namespace: 'default', web: null }, clock: { ok: true, aheadSeconds: 0 } },
};
const ingress = ingressOfFile({
  flows: [ledger, parcel],
  stream: {
    ...{ beatMs: 200, clientsMax: CLIENTS_MAX },
    health: async () => (well ? READY : { ...READY, temporal: { ...READY.temporal, ok: false } }),
    opened: (one) => {
      streams = one;
    },
  },
});
const { book, readAll, get } = openBooked(ingress);
const bigData = (n: number) => ({ account: `big-${n}`, amount: 1, note: 'x'.repeat(50_000) });
const gone = () => eventually(async () => streams.open === 0);
const idsOf = (frames: readonly { data: string }[]): string[] => frames.map(({ data }) => JSON.parse(data).id);

describe('GET /v1/stream', () => {
  it('is sent at once, as no cache or proxy may hold or change it', async () => {
    const { status, headers, text } = await get('/v1/stream');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect([headers.get('cache-control'), headers.get('x-accel-buffering')]).toEqual(['no-cache, no-transform', 'no']);
    expect(text.length).toBeGreaterThan(2048);
    expect(text).toMatch(/^retry: 1000\n/);
    const head = await ask(`${ingress.url}/v1/stream`, { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    await gone();
  });

  it('tells every decision once, each log in its order, while four writers append', async () => {
    const { next: lastId } = await readAll('/v1/decisions', 1000);
    const stream = openStream(ingress.url, { query: '?kinds=decision', lastId });
    await Promise.all([0, 1, 2, 3].map((writer) => Promise.all([0, 1, 2, 3, 4].map((nth) => book(`/live/${writer}/${nth}`, 20)))));
    const frames = await stream.take(400);
    stream.close();
    for (const { event, data } of frames) expect([event, decisionItem.safeParse(JSON.parse(data)).error]).toEqual(['decision', undefined]);
    const { items } = await readAll(`/v1/decisions`, 1000, lastId);
    expect(idsOf(frames)).toEqual(items.map(({ id }) => id));
    await gone();
  });

  it('resumes exactly behind every frame, between an event and its decision too', async () => {
    await book('/resumed', 6);
    await book('/resumed/parcels', 3, { type: 'parcel.scanned', data: { parcel: 'p' } });
    await book('/resumed/nobody', 3, { type: 'nobody.asked' });
    const query = '?kinds=event,decision';
    const count = (await readAll('/v1/events', 1000)).items.length + (await readAll('/v1/decisions', 1000)).items.length;
    const all = openStream(ingress.url, { query, lastId: 'start' });
    const frames = await all.take(count);
    all.close();
    const tail = frames.slice(-14);
    for (let at = 0; at < tail.length - 1; at += 1) {
      const again = openStream(ingress.url, { query, lastId: tail[at]?.id });
      expect(await again.take(tail.length - 1 - at)).toEqual(tail.slice(at + 1));
      again.close();
    }
    expect(new Set(frames.map(({ event, data }) => `${event} ${data}`)).size).toBe(frames.length);
    await gone();
  });

  it('misses nothing and tells nothing twice to a client that is cut again and again', async () => {
    const { next } = await readAll('/v1/decisions', 1000);
    let lastId = next;
    const writing = Promise.all(Array.from({ length: 30 }, (_, nth) => book(`/cut/${nth}`, 10)));
    const seen: string[] = [];
    for (let cut = 1; seen.length < 300; cut += 1) {
      const stream = openStream(ingress.url, { query: '?kinds=decision', lastId });
      const frames = await stream.take(Math.min(300 - seen.length, 1 + ((cut * 7) % 40)));
      stream.close();
      seen.push(...idsOf(frames));
      lastId = frames.at(-1)?.id ?? lastId;
    }
    await writing;
    expect(seen).toEqual((await readAll('/v1/decisions', 1000, next)).items.map(({ id }) => id));
    await gone();
  });

  it('tells of one flow alone, and the cursor goes on where nothing of it comes', async () => {
    const quiet = openStream(ingress.url, { query: '?kinds=event&flow=parcel' });
    const raw = await fetch(`${ingress.url}/v1/stream?kinds=event&flow=parcel`);
    const reader = (raw.body as ReadableStream<Uint8Array>).getReader();
    await book('/others', 5);
    let text = '';
    await eventually(async () => {
      text += new TextDecoder().decode((await reader.read()).value);
      return (text.match(/: beat\nid: /g) ?? []).length > 2;
    });
    await reader.cancel();
    expect(text).not.toContain('event: event');
    await book('/mine', 1, { type: 'parcel.scanned', data: { parcel: 'mine' } });
    expect(JSON.parse((await quiet.next()).data)).toMatchObject({ flow: 'parcel', subject: 'mine', source: '/mine' });
    quiet.close();
    await gone();
  });

  it('takes a cursor beyond the end, of a database that is there no more, for the end', async () => {
    const beyond = Buffer.from(JSON.stringify({ ledger: 10_000_000, parcel: 3 })).toString('base64url');
    const stream = openStream(ingress.url, { query: '?kinds=decision&flow=ledger', lastId: beyond });
    await eventually(async () => streams.open === 1);
    await book('/restored', 1);
    expect(JSON.parse((await stream.next()).data)).toMatchObject({ event: { source: '/restored' } });
    stream.close();
    await gone();
  });

  it('tells of an approval whenever it changes, as it stands', async () => {
    const stream = openStream(ingress.url, { query: '?kinds=approval' });
    await eventually(async () => streams.open === 1);
    const { json } = await post(ingress.url, eventOf({ id: 'asked', data: { account: 'asked', amount: 5000 } }));
    const { approval } = await openApproval(ingress, {
      ...{ tenant: 'default', flow: 'ledger', eventPosition: Number(json.event.split('.')[1]), turn: 0 },
      ...{ caseId: 'ledger:asked', subject: 'asked', question: 'Is it right?', evidence: {}, proposed: { outcome: 'fine', result: {} } },
      ...{ openedAt: new Date().toISOString(), deadline: new Date(Date.now() + 3_600_000).toISOString(), defaultOutcome: 'alarm' },
      ...{ policy: 'ledger@000000000000', rules: {} },
    });
    const opened = await stream.next();
    expect(approvalShape.parse(JSON.parse(opened.data))).toMatchObject({ id: approval.id, state: 'open' });
    const body = JSON.stringify({ verdict: 'approve', reason: 'known' });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    await ask(`${ingress.url}/v1/approvals/${approval.id}/verdict`, init);
    const changed = await stream.next();
    expect(JSON.parse(changed.data)).toMatchObject({ id: approval.id, state: 'decided', verdict: { reason: 'known' } });
    stream.close();
    const again = openStream(ingress.url, { query: '?kinds=approval', lastId: opened.id });
    expect((await again.next()).id).toBe(changed.id);
    again.close();
    await gone();
  });

  it('samples how much happens, and says what is not well when that changes', async () => {
    const stream = openStream(ingress.url, { query: '?kinds=summary,health' });
    const first = await stream.take(2);
    expect(health.parse(JSON.parse(first[0]?.data ?? ''))).toMatchObject({ ready: true, degraded: [] });
    await book('/sampled', 100, { data: { account: 'loud', amount: 500 } });
    const told = await eventually(async () => {
      const { event, data } = await stream.next();
      const sample = event === 'summary' ? summary.parse(JSON.parse(data)) : null;
      return sample?.decisions.some(({ outcome, perSecond }) => outcome === 'alarm' && perSecond > 0) === true ? sample : null;
    });
    expect(told.events.find(({ flow }) => flow === 'ledger')?.perSecond).toBeGreaterThan(1);
    expect(told.cases).toContainEqual(expect.objectContaining({ flow: 'ledger', state: 'deciding' }));
    well = false;
    const bad = await eventually(async () => {
      const { event, data } = await stream.next();
      return event === 'health' ? health.parse(JSON.parse(data)) : null;
    });
    expect(bad.degraded).toEqual([{ part: 'temporal', since: expect.stringMatching(/Z$/), text: expect.stringContaining('cases wait') }]);
    well = true;
    stream.close();
    await gone();
  });

  it('cuts a client that does not read, holds nobody else up, and goes on where that client was', async () => {
    const { cut } = streams;
    const { next: lastId } = await readAll('/v1/events', 1000);
    const other = openStream(ingress.url, { query: '?kinds=event', lastId });
    const socket = connect(ingress.port, '127.0.0.1');
    socket.write('GET /v1/stream?kinds=event HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await eventually(async () => streams.open === 2);
    socket.pause();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    // more than the system keeps for a socket, and what may wait
    for (let n = 0; n < 12; n += 1) await book(`/big/${n}`, 40, { data: bigData(n) });
    expect((await other.take(480)).length).toBe(480);
    await eventually(async () => streams.cut === cut + 1);
    socket.resume();
    await closed;
    other.close();
    const again = openStream(ingress.url, { query: '?kinds=event', lastId });
    expect((await again.take(480)).at(-1)?.data).toContain('/big/11');
    again.close();
    await gone();
  });

  it('takes a number of clients, refuses more with 503, and counts none that has gone', async () => {
    const clients = Array.from({ length: CLIENTS_MAX }, () => openStream(ingress.url, { query: '?kinds=decision' }));
    await eventually(async () => streams.open === CLIENTS_MAX);
    const refused = await get('/v1/stream');
    expectProblem(refused, 503);
    expect(refused.json.code).toBe('too-many-streams');
    expect(refused.headers.get('retry-after')).toBe('5');
    await book('/many', 3);
    const told = await Promise.all(clients.map(async (client) => idsOf(await client.take(3))));
    expect(new Set(told.map(String)).size).toBe(1);
    for (const client of clients) client.close();
    await gone();
  });

  it.each(['?after=%25', '?kinds=decision,news', '?kinds=', '?after='])('%s is refused', async (query) => {
    const refused = await get(`/v1/stream${query}`);
    expectProblem(refused, 400);
    expect(refused.json.code).toBe('bad-query');
  });
});

describe('a stream of a key', () => {
  it('ends with the key, and with the ingress at once', async () => {
    const own = await startIngress({
      ...{ database: await (await startPostgres()).fresh(), flows: [ledger], auth: 'keys' },
      stream: { beatMs: 100 },
    });
    const key = String(await createKey(own.pool, { tenant: 'default', name: 'watcher', scopes: ['read'] }));
    const other = String(await createKey(own.pool, { tenant: 'default', name: 'other', scopes: ['read'] }));
    const [stream, stays] = [openStream(own.url, { key }), openStream(own.url, { key: other })];
    await Promise.all([stream.next(), stays.next()]);
    await revokeKey(own.pool, { tenant: 'default', name: 'watcher' });
    await stream.ended;
    await stays.next();
    const beganMs = performance.now();
    await own.close();
    await stays.ended;
    // the server waits ten seconds for what does not end
    expect(performance.now() - beganMs).toBeLessThan(8000);
  });
});
