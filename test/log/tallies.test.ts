/** Counts over time. The bugs this hunts: an entry that counts twice or never, whoever follows; one that counts in another hour or day than its reader's; a provisional decision taken for a final one. */
import { describe, expect, it } from '@jest/globals';
import { type Buckets, bucketsFrom, lastBuckets, type Step } from '../../src/domain/time/bucketStarts.ts';
import type { AcceptedEvent } from '../../src/log/arrival.ts';
import { followTallies } from '../../src/log/tally/followTallies.ts';
import { readOutcomeSeries, readUncounted } from '../../src/log/tally/readTallies.ts';
import { filed, settled } from '../support/claims.ts';
import { claimsOfTest } from '../support/claimsOfTest.ts';

const kept = claimsOfTest();

const at = () => ({ tenant: kept.office.tenant, flow: 'claims' });
const seriesOf = (step: Step, buckets: Buckets) => readOutcomeSeries(kept.pool, at(), { step, ...buckets });
const lastHour = () => seriesOf('minute', lastBuckets('minute', { count: 60, toMs: Date.now(), zone: 'UTC' }));
const sums = async () =>
  (await lastHour()).map(({ outcome, rung, counts }) => `${outcome} ${rung} ${counts.reduce((sum, count) => sum + count, 0)}`);

async function followAll(stretch: number): Promise<void> {
  // another process may hold the cursor, so that nothing is left to do here though there is more
  while ((await readUncounted(kept.pool, kept.office.tenant, null)) > 0) await followTallies(kept.pool, kept.office.tenant, stretch);
}

/** As if it had been decided then. */
const decidedAt = (event: AcceptedEvent, time: string) =>
  kept.pool.query('update decisions set at = $3 where tenant = $1 and event_position = $2', [kept.office.tenant, event.position, time]);

describe('followTallies()', () => {
  it('counts each final decision once, by outcome and rung, however many follow and in which stretches', async () => {
    const waiting = await kept.office.accept(
      ...Array.from({ length: 40 }, (_, nth) => filed('h', `${nth}`, nth % 4 === 0 ? 0.5 : nth % 4 === 1 ? 0.9 : 0.1)),
    );
    await Promise.all([followAll(3), followAll(7), followAll(5)]);
    expect(await sums()).toEqual(['pay model 20', 'refuse model 10']);
    for (const event of waiting.filter(({ caseId }) => caseId !== null)) await kept.office.decide(event, { outcome: 'pay', rung: 'human' });
    await Promise.all([followAll(2), followAll(2)]);
    expect((await sums()).sort()).toEqual(['pay human 10', 'pay model 20', 'refuse model 10']);
    expect(await readUncounted(kept.pool, kept.office.tenant, 'claims')).toBe(0);
  });

  it('counts what came by type, in minutes and in quarters of an hour alike', async () => {
    await kept.office.accept(filed('h', '1', 0.1), filed('h', '2', 0.1), settled('h', '1', true));
    await followAll(100);
    const { rows } = await kept.pool.query<{ line: string }>(
      "select concat_ws(' ', step, name, sum(count)) as line from tallies where tenant = $1 and kind = 'event' group by step, name order by 1",
      [kept.office.tenant],
    );
    expect(rows.map(({ line }) => line)).toEqual(['1 claim.filed 2', '1 claim.settled 1', '15 claim.filed 2', '15 claim.settled 1']);
  });
});

describe('readOutcomeSeries()', () => {
  it.each([
    // the clocks of Berlin went forward on 29 March 2026 at 01:00 UTC
    ['Europe/Berlin', ['2026-03-27T23:00:00.000Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'], [1, 2, 1]],
    ['Asia/Kathmandu', ['2026-03-27T18:15:00.000Z', '2026-03-28T18:15:00.000Z', '2026-03-29T18:15:00.000Z'], [1, 1, 2]],
    ['UTC', ['2026-03-28T00:00:00.000Z', '2026-03-29T00:00:00.000Z', '2026-03-30T00:00:00.000Z'], [1, 3, 0]],
  ])('counts by the days of %s, of 23 hours too', async (zone, starts, counts) => {
    const events = await kept.office.accept(...['1', '2', '3', '4'].map((claim) => filed('h', claim, 0.1)));
    const times = ['2026-03-28T18:14:59Z', '2026-03-29T00:30:00Z', '2026-03-29T21:59:59Z', '2026-03-29T22:00:00Z'];
    for (const [nth, event] of events.entries()) await decidedAt(event, times[nth] ?? '');
    await followAll(100);
    const window = { fromMs: Date.parse(starts[0] ?? ''), toMs: Date.parse(starts[2] ?? '') + 1, zone };
    const buckets = bucketsFrom('day', window);
    expect(buckets.startsMs.map((ms) => new Date(ms).toISOString())).toEqual(starts);
    expect(await seriesOf('day', buckets)).toEqual([{ outcome: 'pay', rung: 'model', counts }]);
  });

  it('counts nothing that lies outside of its window', async () => {
    const [before, first, last, after] = (await kept.office.accept(...['1', '2', '3', '4'].map((claim) => filed('h', claim, 0.1)))) as [
      AcceptedEvent,
      AcceptedEvent,
      AcceptedEvent,
      AcceptedEvent,
    ];
    await decidedAt(before, '2026-01-01T08:59:59.999Z');
    await decidedAt(first, '2026-01-01T09:00:00Z');
    await decidedAt(last, '2026-01-01T10:59:59.999Z');
    await decidedAt(after, '2026-01-01T11:00:00Z');
    await followAll(100);
    const window = { fromMs: Date.parse('2026-01-01T09:20:00Z'), toMs: Date.parse('2026-01-01T10:01:00Z'), zone: 'UTC' };
    expect(await seriesOf('hour', bucketsFrom('hour', window))).toEqual([{ outcome: 'pay', rung: 'model', counts: [1, 1] }]);
  });
});
