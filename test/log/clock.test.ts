/**
 * The bug this hunts: one machine whose clock is a day ahead takes one event, and every later event of that key is late, also when the clock is
 * mended; or it lets events expire that have not.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { openProbes } from '../../src/ingress/routes/probes.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { Appender } from '../../src/log/append.ts';
import type { AcceptedEvent, Arrival } from '../../src/log/arrival.ts';
import { DatabaseClock } from '../../src/log/db/clock.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { loadEvents } from '../../src/log/loadEvents.ts';
import { Policies } from '../../src/log/policies.ts';
import { redrive } from '../../src/log/redrive.ts';
import { warnOfClock } from '../../src/run/warnOfClock.ts';
import { booking } from '../support/arrivals.ts';
import { eventually } from '../support/eventually.ts';
import { ledger } from '../support/flows.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const HOUR_MS = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();

let postgres: TestPostgres;
let pool: Pool;
const realNow = Date.now;

beforeAll(async () => {
  postgres = await startPostgres();
});
beforeEach(async () => {
  pool = openDatabase(await postgres.fresh(), { name: 'test', appending: true });
  await ensureHeads(pool, 'default', [ledger]);
  await activateFlow(pool, 'default', ledger);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await pool.end();
});

const setClock = (aheadMs: number): void => void jest.spyOn(Date, 'now').mockImplementation(() => realNow() + aheadMs);

/** A process that starts with the clock as it is now. */
function appender(): Appender {
  const context = { tenant: 'default', log: 'ledger', flow: ledger, policies: new Policies() };
  return new Appender({ pool, context, mailed: () => undefined });
}
async function accept(log: Appender, ...arrivals: Arrival[]): Promise<AcceptedEvent[]> {
  return (await log.append(arrivals)) as AcceptedEvent[];
}
/** By the database's clock. */
async function ageMs({ position }: AcceptedEvent): Promise<number> {
  const { rows } = await pool.query<{ age: number }>(
    `select (extract(epoch from clock_timestamp() - accepted_at) * 1000)::float8 as age from entries where log = 'ledger' and position = $1`,
    [position],
  );
  return rows[0]?.age as number;
}

describe('accepting on a machine whose clock is wrong', () => {
  it.each([26, -72])('append() stamps the database’s time at %s hours, and later events of the key are folded', async (hours) => {
    setClock(hours * HOUR_MS);
    const wrong = appender();
    const [first] = (await accept(wrong, booking({ id: 'one', account: 'a', region: 'north' }))) as [AcceptedEvent];
    expect(first.ending).toBe('reflex');
    expect(Math.abs(await ageMs(first))).toBeLessThan(5000);
    jest.restoreAllMocks();
    const later = await accept(appender(), booking({ id: 'two', account: 'b', region: 'north' }));
    expect(later).toMatchObject([{ ending: 'reflex', decision: { result: { count: 1 } } }]);
  });

  it('append() goes on by the database’s time where the clock is set while it runs', async () => {
    const log = appender();
    await accept(log, booking({ id: 'before' }));
    setClock(26 * HOUR_MS);
    const [after] = (await accept(log, booking({ id: 'after' }))) as [AcceptedEvent];
    expect(Math.abs(await ageMs(after))).toBeLessThan(5000);
  });

  it('append() judges times ahead and expiry by the database’s clock', async () => {
    const nowMs = realNow();
    setClock(-72 * HOUR_MS);
    const events = await accept(
      appender(),
      booking({ id: 'an-hour-ago', account: 'a', time: iso(nowMs - HOUR_MS) }),
      booking({ id: 'expired', account: 'b', expiresAt: iso(nowMs - HOUR_MS) }),
    );
    expect(events.map(({ ending }) => ending)).toEqual(['reflex', 'expired']);
    setClock(72 * HOUR_MS);
    const more = await accept(
      appender(),
      booking({ id: 'lives', account: 'c', expiresAt: iso(nowMs + HOUR_MS) }),
      booking({ id: 'tomorrow', account: 'd', time: iso(nowMs + 24 * HOUR_MS) }),
    );
    expect(more.map(({ ending }) => ending)).toEqual(['reflex', 'reflex']);
    const { rows } = await pool.query<{ id: string; ahead: boolean }>(
      "select id, time > clock_timestamp() + interval '5 min' as ahead from entries where id in ('an-hour-ago', 'tomorrow') order by id",
    );
    expect(rows).toEqual([
      { id: 'an-hour-ago', ahead: false },
      { id: 'tomorrow', ahead: false },
    ]);
  });

  it('loadEvents() lets no event expire by the clock of its worker', async () => {
    const [waiting] = (await accept(appender(), booking({ id: 'w', amount: 5000, expiresAt: iso(realNow() + HOUR_MS) }))) as [
      AcceptedEvent,
    ];
    setClock(26 * HOUR_MS);
    const key = { tenant: 'default', flow: 'ledger', caseId: waiting.caseId ?? '' };
    expect(await loadEvents({ pool, policies: new Policies() }, key, [waiting.position])).toMatchObject([{ expired: false }]);
  });

  it('redrive() folds what was put aside at its acceptance', async () => {
    setClock(26 * HOUR_MS);
    const [thrown] = (await accept(appender(), booking({ id: 't', amount: 13, region: 'north' }))) as [AcceptedEvent];
    expect(thrown.ending).toBe('quarantined');
    const mended = { ...ledger, reflex: { ...ledger.reflex, fold: () => ({ states: [] }) } } as typeof ledger;
    expect(
      await redrive({ pool, flows: [mended], mailed: () => undefined }, { tenant: 'default', log: 'ledger', position: thrown.position }),
    ).toBe('recorded');
    expect(Math.abs(await ageMs(thrown))).toBeLessThan(5000);
  });
});

describe('DatabaseClock', () => {
  it('agrees() with an answer from any time between the question and now', () => {
    const clock = new DatabaseClock();
    const now = performance.now();
    // asked four seconds ago: the answer waited for a lock, and the server looked at its clock before that or after
    for (const ms of [-4000, -2000, 0]) expect(clock.agrees(clock.nowMs() + ms, now - 4000)).toBe(true);
    expect(clock.agrees(clock.nowMs() - 6000, now - 4000)).toBe(false);
    expect(clock.agrees(clock.nowMs() + 2000, now)).toBe(false);
  });

  it('agrees() the second time, as it goes by what it was told', () => {
    const clock = new DatabaseClock();
    for (const ms of [26 * HOUR_MS, -72 * HOUR_MS]) {
      const said = clock.nowMs() + ms;
      expect(clock.agrees(said, performance.now())).toBe(false);
      expect(clock.agrees(said, performance.now())).toBe(true);
      expect(Math.abs(clock.nowMs() - said)).toBeLessThan(1000);
    }
  });
});

describe('a clock that is wrong', () => {
  it('is said by the probes and in the log, once, and so is that it is right again', async () => {
    setClock(26 * HOUR_MS);
    const clock = new DatabaseClock();
    const probes = openProbes({
      ...{ pool, clock, flows: [ledger], tenant: 'default', storing: { ok: true } },
      cases: { probe: async () => ({ ok: true, workers: true, missing: [] }) },
      temporal: { address: 'none', namespace: 'default', web: null },
    });
    const { ready, clock: said } = await probes.ready();
    expect({ ready, ...said }).toEqual({ ready: true, ok: false, aheadSeconds: expect.any(Number) });
    expect(Math.abs(said.aheadSeconds - 26 * 3600)).toBeLessThan(5);
    const lines: { level: number; msg: string }[] = [];
    const stop = warnOfClock(clock, pool, pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }), 20);
    const [line] = await eventually(async () => (lines.length > 0 ? lines : null));
    expect(line).toMatchObject({ level: 40, msg: expect.stringMatching(/is 9360\d s ahead of the database's/) });
    jest.restoreAllMocks();
    await eventually(async () => lines.length > 1);
    stop();
    expect(lines.map(({ level }) => level)).toEqual([40, 30]);
  });
});
