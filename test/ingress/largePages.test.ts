/** Lists of large items. The bugs this hunts: an answer that is too long to be made, a page that holds up all others or takes all memory, an item lost at a cut. */
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { sendPage } from '../../src/ingress/http/sendPage.ts';
import { listen } from '../../src/ingress/http/server.ts';
import { eventually } from '../support/eventually.ts';
import { ledger } from '../support/flows.ts';
import { ask, BATCH, eventOf, post } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';
import { talk } from '../support/talk.ts';

const ingress = ingressOfFile({ flows: [ledger] });
const MIB = 1 << 20;
const LARGE = 12;

/** Refused by its reflex, so that it is in quarantine too. */
const large = (id: string, chars: number): object =>
  eventOf({ id, source: '/large', data: { account: 'large', amount: 13, note: 'x'.repeat(chars) } });

beforeAll(async () => {
  for (let n = 0; n < LARGE; n += 1) expect((await post(ingress.url, large(`l-${n}`, MIB - 1000))).status).toBe(202);
  const batch = await ask(`${ingress.url}/v1/events`, {
    ...{ method: 'POST', headers: { 'content-type': BATCH } },
    body: JSON.stringify([large('huge', 6 * MIB), large('small', 10)]),
  });
  expect(batch.status).toBe(202);
});

/** All pages of a list: how long each was, and what it held. */
async function pagesOf(path: string): Promise<{ chars: number; items: { [name: string]: unknown }[] }[]> {
  const pages = [];
  for (let after = '', more = true; more; ) {
    const { status, text, json } = await ask(`${ingress.url}${path}${path.includes('?') ? '&' : '?'}limit=1000${after}`);
    expect(status).toBe(200);
    pages.push({ chars: text.length, items: json.items });
    [after, more] = [`&after=${json.next}`, json.more];
  }
  return pages;
}

const ALL = [...Array.from({ length: LARGE }, (_, n) => `l-${n}`), 'huge', 'small'];

describe('a list', () => {
  it.each(['/v1/events', '/v1/events?source=/large', '/v1/events?flow=ledger'])(
    '%s gives large items once each, in pages of 4 MiB',
    async (path) => {
      const pages = await pagesOf(path);
      expect(pages.flatMap(({ items }) => items.map(({ id }) => id))).toEqual(ALL);
      for (const { chars, items } of pages) {
        if (items.length > 1) expect(chars).toBeLessThan(4 * MIB + 10_000);
        else expect(chars).toBeLessThan(6 * MIB + 10_000);
      }
      // one that has more than a page stands alone
      expect(pages.find(({ items }) => items.some(({ id }) => id === 'huge'))?.items).toHaveLength(1);
    },
  );

  it('/v1/quarantine reads no more bodies at once than other lists', async () => {
    const pages = await pagesOf('/v1/quarantine');
    expect(pages.flatMap(({ items }) => items.map(({ id }) => id))).toEqual(ALL);
    expect(pages.length).toBeGreaterThan(3);
  });

  it('the timeline of a subject', async () => {
    const pages = await pagesOf('/v1/flows/ledger/subjects/large');
    const events = pages.flatMap(({ items }) => items as { kind: string; detail: { cloudevent: { id: string } } }[]);
    expect(events.filter(({ kind }) => kind === 'event').map(({ detail }) => detail.cloudevent.id)).toEqual(ALL);
    for (const { chars, items } of pages) if (items.length > 1) expect(chars).toBeLessThan(4 * MIB + 10_000);
  });
});

describe('sendPage()', () => {
  it('reads no further than its client takes', async () => {
    let read = 0;
    const places = Array.from({ length: 40 }, (_, n) => ({ log: 'a', position: n + 1, bytes: MIB }));
    const server = await listen(
      (_request, response) =>
        void sendPage(response, { places, next: new Map([['a', 40]]), more: false }, async (part) => {
          read += part.length;
          return part.map(({ position }) => `{"n":${position},"x":"${'y'.repeat(MIB)}"}`);
        }),
      { PORT: 0, HOST: '127.0.0.1' },
    );
    const { socket, closed } = talk((server.address() as AddressInfo).port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    socket.pause();
    await eventually(async () => read > 0);
    let before = -1;
    // until it stands still
    await eventually(async () => {
      const still = before === read;
      before = read;
      return still;
    });
    expect(read).toBeLessThan(20);
    socket.resume();
    expect((await closed()).match(/"n":\d+/g)).toEqual(places.map(({ position }) => `"n":${position}`));
    await server.close();
  });
});
