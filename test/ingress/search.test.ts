/** The search. The bugs this hunts: a fragment that finds nothing, one that finds everything (%, _), a page that repeats or leaves out, something that is never found. */
import { describe, expect, it } from '@jest/globals';
import { followSearch } from '../../src/log/search/followSearch.ts';
import { openBooked } from '../support/booked.ts';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger, parcel } from '../support/flows.ts';
import { eventOf, post } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';
import { askAbout } from '../support/questions.ts';

const ingress = ingressOfFile({ flows: [ledger, parcel] });
const { get, book } = openBooked(ingress);
const followed = () => eventually(async () => !(await followSearch(ingress.pool, 'default', 7)));
const find = async (q: string, more = '') => (await get(`/v1/search?q=${encodeURIComponent(q)}${more}`)).json;
const idsOf = ({ items }: { items: { id: string }[] }): string[] => items.map(({ id }) => id);

describe('GET /v1/search', () => {
  it('finds an event, its decision and a verdict by any fragment of id, subject, type or reason', async () => {
    const { json: receipt } = await post(
      ingress.url,
      eventOf({ id: 'Order-XY77', source: '/found', data: { account: 'Zürich-9', amount: 512 } }),
    );
    const asked = await askAbout(ingress, { question: 'Is the walrus right?' });
    await get(asked.path);
    await followed();
    expect(idsOf(await find('der-xy7'))).toEqual([receipt.event]);
    expect(idsOf(await find('ürich-'))).toEqual(expect.arrayContaining([receipt.event, receipt.decision.id]));
    expect((await find('amount is 512')).items).toEqual([
      expect.objectContaining({
        kind: 'decision',
        id: receipt.decision.id,
        event: receipt.event,
        flow: 'ledger',
        subject: 'Zürich-9',
        title: 'alarm',
      }),
    ]);
    expect((await find('walrus')).items[0]).toMatchObject({ kind: 'approval', id: asked.id, matched: expect.stringContaining('walrus') });
    expect(idsOf(await find(receipt.event.slice(2)))).toContain(receipt.event);
    expect((await find('nobody wrote this')).items).toEqual([]);
  });

  it('finds capitals of any alphabet, however they are written', async () => {
    const { json: receipt } = await post(
      ingress.url,
      eventOf({ id: 'CAP-Ω', source: '/capitals', data: { account: 'ÜBERSEE Škoda', amount: 1 } }),
    );
    await followed();
    for (const q of ['ÜBERSEE', 'übersee', 'Übersee š', 'E Šk', 'cap-ω'])
      expect(idsOf(await find(q, '&kind=event'))).toEqual([receipt.event]);
    expect((await find('ÜBERSEE', '&kind=event')).items[0].matched).toContain('übersee škoda');
  });

  it('takes signs of patterns for themselves', async () => {
    await post(ingress.url, eventOf({ id: '100%_sure\\', source: '/signs' }));
    await followed();
    expect((await find('0%_s')).items).toHaveLength(1);
    expect((await find('sure\\')).items).toHaveLength(1);
    for (const q of ['%%%', '___', '0_%']) expect((await find(q)).items).toEqual([]);
  });

  it('narrows by kind, flow and time, and gives all in pages, the newest first', async () => {
    await book('/pages', 25, { data: { account: 'pager', amount: 1 } });
    await book('/pages/parcels', 5, { type: 'parcel.scanned', data: { parcel: 'pager' } });
    await book('/pages/nobody', 2, { type: 'nobody.asked' });
    await followed();
    const all: string[] = [];
    for (let after = '', more = true; more; ) {
      const page = await find('pager', `&limit=7${after}`);
      all.push(...idsOf(page));
      ({ more } = page);
      after = `&after=${page.next}`;
    }
    expect([all.length, new Set(all).size]).toEqual([55, 55]);
    expect((await find('pager', '&kind=decision&limit=1000')).items).toHaveLength(25);
    expect((await find('pager', '&flow=parcel')).items).toHaveLength(5);
    expect((await find('/pages/nobody')).items[0]).toMatchObject({ flow: null, title: 'nobody.asked' });
    expect((await find('pager', '&to=2020-01-01T00:00:00Z')).items).toEqual([]);
    expect((await find('pager', '&from=2020-01-01T00:00:00Z&limit=3')).items).toHaveLength(3);
  });

  it.each([
    ['?q=ab', 'fragment-too-short'],
    ['?q=%20%20a%20%20', 'fragment-too-short'],
    ['', 'bad-query'],
    ['?q=abc&after=x', 'bad-query'],
    ['?q=abc&kind=dog', 'bad-query'],
  ])('%s is refused: %s', async (query, code) => {
    const refused = await get(`/v1/search${query}`);
    expectProblem(refused, 400);
    expect(refused.json.code).toBe(code);
  });

  it('finds how subjects begin where the database has no fragments', async () => {
    await ingress.pool.query('alter index search_text rename to search_text_away');
    try {
      expect((await find('PAGE', '&kind=event&flow=parcel')).items).toHaveLength(5);
      expect((await find('ager')).items).toEqual([]);
    } finally {
      await ingress.pool.query('alter index search_text_away rename to search_text');
    }
  });
});
