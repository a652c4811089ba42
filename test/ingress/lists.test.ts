/**
 * Reading back. The bugs this hunts: a page that misses what was committed while another was read, an item twice,
 * a number that was rounded on its way out, a list that stops because one stretch of a log held nothing.
 */
import { describe, expect, it } from '@jest/globals';
import { openBooked } from '../support/booked.ts';
import { ledger, parcel } from '../support/flows.ts';
import { eventOf, post } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger, parcel] });

const { get, book, readAll } = openBooked(ingress);

describe('an empty list', () => {
  it.each(['/v1/events', '/v1/decisions', '/v1/approvals', '/v1/actions', '/v1/quarantine', '/v1/receivers', '/v1/watches'])(
    '%s is JSON, and says so',
    async (path) => {
      // nothing stands behind its own end
      const { next } = (await (await fetch(`${ingress.url}${path}`)).json()) as { next: string };
      const response = await fetch(`${ingress.url}${path}?after=${encodeURIComponent(next)}`);
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(await response.json()).toMatchObject({ items: [], more: false });
    },
  );
});

describe('GET /v1/events', () => {
  it('gives an event back as it was sent, with what became of it', async () => {
    const sent = JSON.stringify(eventOf({ id: 'exact', source: '/exact', time: '2026-01-01T00:00:00.123456789+01:00' })).replace(
      '"amount":1',
      '"amount":12345678901234567890',
    );
    const { json: receipt } = await post(ingress.url, sent);
    const { status, text, json } = await get(receipt.links.event);
    expect(status).toBe(200);
    expect(text).toContain('"amount":12345678901234567890');
    expect(json.cloudevent).toEqual(JSON.parse(sent));
    expect(json).toMatchObject({
      ...receipt,
      acceptedAt: expect.stringMatching(/Z$/),
      position: expect.any(Number),
      decisions: [receipt.decision],
    });
  });

  it('finds one by source and id, whatever log it is in', async () => {
    await post(ingress.url, eventOf({ id: 'x', source: '/found', type: 'nobody.asked' }));
    const { json } = await get('/v1/events?source=/found&id=x');
    expect(json).toMatchObject({ items: [{ id: 'x', status: 'unrouted', flow: null }], more: false });
    expect((await get(`/v1/events?source=/found&id=x&after=${json.next}`)).json.items).toEqual([]);
    expect((await get('/v1/events?source=/found&id=x&flow=ledger')).json.items).toEqual([]);
    expect((await get('/v1/events?source=/found&id=x&type=other')).json.items).toEqual([]);
  });

  it('finds all that senders gave an id to, by the id alone, in pages', async () => {
    const sources = ['/same/a', '/same/b', '/same/c', '/same/d', '/same/e'];
    for (const [at, source] of sources.entries())
      await post(ingress.url, eventOf({ id: 'same id', source, ...(at === 2 ? { type: 'nobody.asked' } : {}) }));
    const found: string[] = [];
    let pages = 0;
    for (let after = '', more = true; more; pages += 1) {
      const { json } = await get(`/v1/events?id=same%20id&limit=2${after}`);
      found.push(...json.items.map(({ source }: { source: string }) => source));
      more = json.more;
      after = `&after=${json.next}`;
    }
    expect([pages, found.sort()]).toEqual([3, sources]);
    expect((await get('/v1/events?id=nobody%20gave%20it')).json).toMatchObject({ items: [], more: false });
  });

  it('reads each event of several logs once, each log in its order', async () => {
    await book('/several', 30);
    await book('/several/more', 30, { type: 'nobody.asked' });
    await book('/several/parcels', 30, { type: 'parcel.scanned', data: { parcel: 'p' } });
    const { items } = await readAll('/v1/events', 7);
    const ids = items.map(({ event }) => event);
    expect(new Set(ids).size).toBe(ids.length);
    const { rows } = await ingress.pool.query("select count(*) as n from entries where kind = 'event'");
    expect(ids.length).toBe(rows[0].n);
    for (const log of ['ledger', 'parcel', 'unrouted']) {
      const positions = ids.filter((id) => id.startsWith(`evt_${log}.`)).map((id) => Number(id.split('.')[1]));
      expect(positions).toEqual([...positions].sort((one, other) => one - other));
    }
  });

  it('filters by source and by type along the logs', async () => {
    await book('/filtered', 12);
    expect((await readAll('/v1/events?source=/filtered', 5)).items.length).toBe(12);
    expect((await readAll('/v1/events?source=/filtered&type=amount.booked&flow=ledger', 5)).items.length).toBe(12);
    expect((await readAll('/v1/events?source=/filtered&type=nobody.asked', 5)).items.length).toBe(0);
  });

  it('a cursor of the end goes on with what came after it, in logs that it did not know too', async () => {
    const { next } = await readAll('/v1/events?flow=ledger', 1000);
    await book('/later', 3);
    await book('/later/parcels', 2, { type: 'parcel.scanned', data: { parcel: 'p' } });
    const { json } = await get(`/v1/events?flow=ledger&after=${next}`);
    expect(json.items.map(({ source }: { source: string }) => source)).toEqual(['/later', '/later', '/later']);
    const all = await get(`/v1/events?limit=1000&after=${next}`);
    expect(all.json.items.filter(({ source }: { source: string }) => source === '/later/parcels').length).toBe(2);
  });

  it('misses nothing and gives nothing twice while four writers append', async () => {
    const seen: string[] = [];
    let { next: after } = await readAll('/v1/events', 1000);
    let writing = true;
    const writers = Promise.all(
      [0, 1, 2, 3].map((writer) => Promise.all(Array.from({ length: 10 }, (_, nth) => book(`/busy/${writer}/${nth}`, 5)))),
    ).finally(() => {
      writing = false;
    });
    for (let last = false; !last; ) {
      last = !writing;
      const { items, next } = await readAll('/v1/events', 13, after);
      seen.push(...items.map(({ event }) => event));
      after = next;
    }
    await writers;
    expect(seen.length).toBe(200);
    expect(new Set(seen).size).toBe(200);
  });
});

describe('GET /v1/decisions', () => {
  it('filters by flow, subject and outcome', async () => {
    await book('/calm', 3, { data: { account: 'calm', amount: 5 } });
    await book('/loud', 2, { data: { account: 'loud', amount: 500 } });
    const outcomes = async (query: string): Promise<string[]> =>
      (await readAll(`/v1/decisions?${query}`, 2)).items.map(({ outcome }) => outcome);
    expect(await outcomes('flow=ledger&subject=calm')).toEqual(['fine', 'fine', 'fine']);
    expect(await outcomes('subject=loud')).toEqual(['alarm', 'alarm']);
    expect(await outcomes('subject=loud&outcome=fine')).toEqual([]);
    expect((await outcomes('flow=ledger&outcome=alarm')).every((outcome) => outcome === 'alarm')).toBe(true);
    expect(await outcomes('flow=none')).toEqual([]);
  });

  it('gives one with its event, rungs, cost and links', async () => {
    const { json: receipt } = await post(
      ingress.url,
      eventOf({ id: 'd', source: '/one-decision', data: { account: 'shape', amount: 5000 } }),
    );
    expect(receipt).toMatchObject({
      status: 'signalled',
      decision: { provisional: true },
      workflow: { id: 'ledger:shape', run: null, url: 'http://web.example:8233/namespaces/default/workflows/ledger%3Ashape' },
    });
    const { json } = await get(receipt.links.decision);
    expect(json).toMatchObject({
      ...receipt.decision,
      flow: 'ledger',
      subject: 'shape',
      event: { event: receipt.event, source: '/one-decision', id: 'd', type: 'amount.booked' },
      rungs: [],
      costUsd: 0,
      workflow: receipt.workflow,
    });
  });

  it('streams all that there is, a line each, and says where to go on', async () => {
    const { items, next } = await readAll('/v1/decisions', 1000);
    const { text, headers } = await get('/v1/decisions', { accept: 'application/x-ndjson' });
    expect(headers.get('content-type')).toContain('application/x-ndjson');
    const lines = text.split('\n').filter((line) => line !== '');
    expect(lines.map((line) => JSON.parse(line).id).sort()).toEqual(items.map(({ id }) => id).sort());
    expect((await get(`/v1/decisions?after=${headers.get('signalbox-next')}`)).json.items).toEqual([]);
    expect((await get(`/v1/decisions?after=${next}`)).json.items).toEqual([]);
    const five = await get('/v1/decisions?limit=5', { accept: 'application/x-ndjson' });
    expect(five.text.trim().split('\n').length).toBe(5);
  });
});

describe('?last=', () => {
  it('gives the newest, oldest first, and a cursor behind all there is', async () => {
    await book('/newest', 5);
    await book('/newest/parcels', 2, { type: 'parcel.scanned', data: { parcel: 'p' } });
    const { json } = await get('/v1/events?last=4');
    expect(json.items.map(({ source }: { source: string }) => source)).toEqual([
      '/newest',
      '/newest',
      '/newest/parcels',
      '/newest/parcels',
    ]);
    expect((await get(`/v1/events?after=${json.next}`)).json.items).toEqual([]);
    const decisions = await get('/v1/decisions?last=2&flow=ledger');
    expect(decisions.json.items.map(({ event }: { event: { id: string; source: string } }) => [event.source, event.id])).toEqual([
      ['/newest', '3'],
      ['/newest', '4'],
    ]);
    expect((await get('/v1/decisions?last=2&limit=3')).json).toMatchObject({ code: 'bad-query', errors: [{ pointer: '/last' }] });
  });
});

describe('GET /v1/cases', () => {
  it('lists what waits, the oldest first, and says for what', async () => {
    const { items } = await readAll('/v1/cases', 3);
    const { json } = await get('/v1/events?limit=1000');
    const waiting = json.items
      .filter(({ status }: { status: string }) => status === 'signalled')
      .map(({ event }: { event: string }) => event);
    expect(items.map(({ event }) => event)).toEqual(waiting);
    expect(items[0]).toMatchObject({ state: 'deciding', waitingFor: 'its case to go on', deadline: null });
    expect((await get('/v1/cases?state=awaiting-approval')).json.items).toEqual([]);
    expect((await get('/v1/cases?flow=ledger&state=deciding')).json.items.every(({ flow }: { flow: string }) => flow === 'ledger')).toBe(
      true,
    );
  });
});

describe('readFeed() along a log where nothing matches', () => {
  it('goes on behind the stretch that it has read', async () => {
    await ingress.pool.query(`insert into entries (tenant, log, position, kind, accepted_at, source, id, type, time, ending)
      select 'default', 'big', n * 1000, 'event', now(), '/big', (n * 1000)::text, case when n % 60 = 0 then 'rare' else 'common' end, now(), 'unrouted'
      from generate_series(1, 130) n`);
    await ingress.pool.query("insert into heads (tenant, log, position) values ('default', 'big', 130000)");
    const { items } = await readAll('/v1/events?flow=big&type=rare', 10);
    expect(items.map(({ id }) => id)).toEqual(['60000', '120000']);
    await ingress.pool.query("delete from entries where log = 'big'");
    await ingress.pool.query("delete from heads where log = 'big'");
  });
});
