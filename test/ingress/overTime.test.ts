/** Outcomes over time by HTTP. The bugs this hunts: a window without a bound, a parameter that means nothing, counts that are not of the flow. */
import { describe, expect, it } from '@jest/globals';
import { followTallies } from '../../src/log/tally/followTallies.ts';
import { openBooked } from '../support/booked.ts';
import { expectProblem } from '../support/expectProblem.ts';
import { ledger, parcel } from '../support/flows.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const ingress = ingressOfFile({ flows: [ledger, parcel] });
const { get, book } = openBooked(ingress);

describe('GET /v1/flows/{flow}/outcomes', () => {
  it('counts final decisions by outcome and rung up to now, and says what it has not counted yet', async () => {
    await book('/many', 20, { data: { account: 'a', amount: 1 } });
    await book('/few', 3, { data: { account: 'a', amount: 500 } });
    await book('/open', 2, { data: { account: 'a', amount: 5000 } });
    expect((await get('/v1/flows/ledger/outcomes')).json).toMatchObject({ series: [], behind: 27 });
    await followTallies(ingress.pool, 'default');
    const { status, json } = await get('/v1/flows/ledger/outcomes?step=minute&last=30&zone=Asia/Kolkata');
    expect([status, json.behind, json.starts.length, json.starts[0]]).toEqual([200, 0, 30, json.from]);
    expect(Date.parse(json.to)).toBeGreaterThan(Date.now() - 1000);
    const sums = json.series.map(({ outcome, rung, counts }: { outcome: string; rung: string; counts: number[] }) => [
      outcome,
      rung,
      counts.reduce((sum, count) => sum + count),
    ]);
    expect(sums).toEqual([
      ['fine', 'rules', 20],
      ['alarm', 'rules', 3],
    ]);
    expect((await get('/v1/flows/parcel/outcomes')).json.series).toEqual([]);
  });

  it('gives the buckets that hold both ends of a window, by the days of the zone', async () => {
    const { json } = await get('/v1/flows/ledger/outcomes?step=day&from=2026-03-28T12:00:00Z&to=2026-03-30T12:00:00Z&zone=Europe/Berlin');
    expect([json.from, json.to]).toEqual(['2026-03-27T23:00:00.000Z', '2026-03-30T22:00:00.000Z']);
    expect(json.starts).toEqual(['2026-03-27T23:00:00.000Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z']);
  });

  it.each([
    ['step=minute&last=1441', '/last'],
    ['step=day&last=401', '/last'],
    ['last=0', '/last'],
    ['last=5&from=2026-01-01T00:00:00Z', '/last'],
    ['step=minute&from=2026-01-01T00:00:00Z&to=2026-01-02T00:01:00Z', '/from'],
    ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', '/from'],
    ['from=yesterday', '/from'],
    ['zone=Atlantis', '/zone'],
    ['step=week', '/step'],
  ])('%s is refused at %s', async (query, pointer) => {
    const refused = await get(`/v1/flows/ledger/outcomes?${query}`);
    expectProblem(refused, 400);
    expect(refused.json).toMatchObject({ code: 'bad-query', errors: [{ pointer }] });
  });

  it('knows no flow that is not there', async () => {
    expectProblem(await get('/v1/flows/nobody/outcomes'), 404);
  });
});
