/** Folding without a database says what accepting said: else an evaluation praises what no service does. */
import { beforeEach, expect, it } from '@jest/globals';
import { readInstant } from '../../src/domain/instant.ts';
import { LogFold } from '../../src/kit/foldAll.ts';
import { activateFlow, ensureHeads } from '../../src/log/activate.ts';
import { Appender } from '../../src/log/append.ts';
import { openDatabase, type Pool } from '../../src/log/db/database.ts';
import { Policies } from '../../src/log/policies.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { type Booking, booking } from '../support/arrivals.ts';
import { eachDatabase } from '../support/eachDatabase.ts';
import { ledger } from '../support/flows.ts';
import { operate } from '../support/policies.ts';

let pool: Pool;

eachDatabase((url) => {
  pool = openDatabase(url, { name: 'test', appending: true });
  return pool;
});
beforeEach(async () => {
  await ensureHeads(pool, 'default', [ledger]);
  await activateFlow(pool, 'default', ledger);
});

const STRICT = 'alarmAbove: 1\naskAbove: 20\n';
const DAY_MS = 86_400_000;
const at = (ms: number): string => new Date(ms).toISOString();

it('LogFold ends with the endings, decisions and states of accepting: late, ahead, expired, history, thrown at, two policies', async () => {
  const newestMs = Date.now() - 1000;
  const first: Booking[] = [
    { id: 'one', amount: 50, time: at(newestMs), region: 'n' },
    { id: 'late', amount: 7, time: at(newestMs - DAY_MS - 1) },
    { id: 'thrown at', amount: 13, time: at(newestMs) },
    { id: 'expired', amount: 8, expiresAt: '2020-01-01T00:00:00Z' },
    { id: 'history', amount: 5000, time: at(newestMs), history: true },
  ];
  const second: Booking[] = [
    { id: 'ahead', amount: 15, time: at(newestMs + DAY_MS), region: 'n' },
    { id: 'asked', amount: 50, account: 'b' },
  ];
  const appender = new Appender({
    ...{ pool, context: { tenant: 'default', log: 'ledger', flow: ledger, policies: new Policies() }, mailed: () => undefined },
  });
  const answers = await appender.append(first.map(booking));
  await operate(pool, ledger, STRICT);
  answers.push(...(await appender.append(second.map(booking))));

  const { rows } = await pool.query<{ id: string; ending: string; accepted_at: Date }>(
    "select id, ending, accepted_at from entries where log = 'ledger' and kind = 'event' order by position",
  );
  const log = new LogFold({ flow: ledger, policy: parsePolicy(ledger, ledger.policyText) });
  const folded = [...first, ...second].map((sent, place) => {
    if (sent === second[0]) log.switchPolicy(parsePolicy(ledger, STRICT));
    const { event, data } = booking(sent);
    const acceptedAtMs = rows[place]?.accepted_at.getTime() as number;
    const timeMs = event.time === null ? {} : { timeMs: readInstant(event.time) ?? Number.NaN };
    const { id, type } = event;
    return log.add({ id, type, data, ...timeMs, acceptedAtMs, expired: event.expiresAt !== null, history: sent.history === true });
  });
  expect(folded.map(({ event, ending }) => ({ id: event.id, ending }))).toEqual(rows.map(({ id, ending }) => ({ id, ending })));
  expect(new Set(folded.map(({ ending }) => ending))).toEqual(new Set(['reflex', 'recorded', 'quarantined', 'expired', 'waiting']));
  expect(folded.map(({ decision }) => decision?.outcome)).toEqual(
    answers.map((answer) => (answer.result === 'accepted' ? answer.decision?.outcome : 'not accepted')),
  );
  const kept = await pool.query<{ key: string; value: Buffer }>("select key, value from states where log = 'ledger' order by key");
  const text = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString();
  expect(kept.rows.map(({ key, value }) => [key, text(value)])).toEqual(
    [...log.states].map(([key, value]) => [key, text(value)]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  );
});
