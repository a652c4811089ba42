/** Pages of large rows. The bugs this hunts: a page that takes all memory, a row that is skipped or told twice where a page was cut. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { type FeedSource, type LogPlace, type Positions, readFeed } from '../../src/log/read/feed.ts';
import { mergeByTime, PAGE_BYTES_MAX } from '../../src/log/read/mergeByTime.ts';
import { readTimeline } from '../../src/log/read/timeline.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const LOGS = ['a', 'b', 'c'];
const EVENTS = 30;
const BODY_BYTES = 1 << 20;

let postgres: TestPostgres;
let pool: Pool;

beforeAll(async () => {
  postgres = await startPostgres();
  pool = openDatabase(await postgres.fresh(), { name: 'test' });
  // each third body of 1 MB, of random text so that nothing is saved by packing it
  for (const [nth, log] of LOGS.entries()) {
    await pool.query(
      `insert into entries (tenant, log, position, kind, accepted_at, source, id, type, subject, time, hash, ending)
       select 'default', $1, n, 'event', timestamptz '2026-01-01' + (n * 3 + $2) * interval '1 s', '/test', n::text, case when n % 2 = 0 then 'even' else 'odd' end,
         'one', now(), '', 'case' from generate_series(1, ${EVENTS}) n`,
      [log, nth],
    );
    await pool.query(
      `insert into bodies select 'default', $1, n, '{"n":"' || case when n % 3 = 0 then repeat(md5(n::text), ${BODY_BYTES / 32}) else '' end || '"}'
       from generate_series(1, ${EVENTS}) n`,
      [log],
    );
  }
});
afterAll(async () => {
  await pool.end();
  await postgres.stop();
});

const sourceOf = (scan: boolean): FeedSource => ({
  ...{ table: 'entries', logColumn: 'log', timeColumn: 'accepted_at', values: [], scan },
  where: scan ? "t.type = 'odd'" : 'true',
  bytes: 'select octet_length(b.body) from bodies b where b.tenant = t.tenant and b.log = t.log and b.position = t.position',
});
const upTo: Positions = new Map(LOGS.map((log) => [log, EVENTS]));

describe('readFeed()', () => {
  it.each([false, true])('gives each row once, in pages of so many bytes (looked for along the logs: %s)', async (scan) => {
    const seen: LogPlace[] = [];
    let pages = 0;
    for (let after: Positions = new Map(), more = true; more; pages += 1) {
      const page = await readFeed(pool, sourceOf(scan), { tenant: 'default', upTo, after, limit: 1000 });
      const bytes = page.places.reduce((sum, place) => sum + (place.bytes ?? 0), 0);
      expect(bytes).toBeLessThanOrEqual(PAGE_BYTES_MAX);
      if (page.more) expect(bytes).toBeGreaterThan(PAGE_BYTES_MAX - 2 * BODY_BYTES);
      seen.push(...page.places);
      ({ next: after, more } = page);
    }
    const wanted = Array.from({ length: EVENTS }, (_, n) => n + 1).filter((n) => !scan || n % 2 === 1);
    for (const log of LOGS) expect(seen.filter((place) => place.log === log).map(({ position }) => position)).toEqual(wanted);
    expect(seen).toHaveLength(LOGS.length * wanted.length);
    expect(pages).toBeGreaterThan(3);
  });
});

describe('readTimeline()', () => {
  it('gives each event once and whole, in pages of so many bytes', async () => {
    const of = { tenant: 'default', flow: 'a', subject: 'one' };
    const seen: string[] = [];
    for (let after: Positions = new Map(), more = true; more; ) {
      const page = await readTimeline(pool, of, { after, limit: 1000 });
      const bytes = page.items.reduce((sum, { detail }) => sum + detail.length, 0);
      expect(bytes).toBeLessThan(PAGE_BYTES_MAX + 100 * page.items.length);
      for (const { id, detail } of page.items) {
        seen.push(id);
        const n = Number(id.split('.')[1]);
        expect(JSON.parse(detail).cloudevent.n).toHaveLength(n % 3 === 0 ? BODY_BYTES : 0);
      }
      ({ next: after, more } = page);
    }
    expect(seen).toEqual(Array.from({ length: EVENTS }, (_, n) => `evt_a.${n + 1}`));
  });
});

describe('mergeByTime()', () => {
  const row = (ms: number, bytes: number) => ({ at: new Date(ms), bytes });
  it('takes one that is over the limit alone, and none behind one that does not fit', () => {
    const queues = [
      [row(1, 50), row(4, 1)],
      [row(2, 5), row(3, 6)],
    ];
    expect(mergeByTime(queues, { count: 10, bytes: 10 }).map(({ bytes }) => bytes)).toEqual([50]);
    expect(mergeByTime(queues, { count: 10, bytes: 10 }).map(({ bytes }) => bytes)).toEqual([5]);
    expect(mergeByTime(queues, { count: 1, bytes: 10 }).map(({ bytes }) => bytes)).toEqual([6]);
    expect(mergeByTime(queues, { count: 10, bytes: 10 }).map(({ bytes }) => bytes)).toEqual([1]);
  });
});
