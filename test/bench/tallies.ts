/**
 * What a look at a flow over time costs with a million decisions over 400 days, and how long the follower takes to count them. Rows are made in the database; the follower
 * and the looks are as they are. Speed is printed, never asserted.
 */
import { bucketsFrom, lastBuckets, type Step } from '../../src/domain/time/bucketStarts.ts';
import { CaseIds } from '../../src/log/caseIds.ts';
import { openDatabase } from '../../src/log/db/database.ts';
import { migrate } from '../../src/log/db/migrate.ts';
import { followTallies } from '../../src/log/tally/followTallies.ts';
import { readMapCounts } from '../../src/log/tally/readMapCounts.ts';
import { readSlowCases } from '../../src/log/tally/readSlowCases.ts';
import { readOutcomeSeries } from '../../src/log/tally/readTallies.ts';
import { startOwnPostgres } from '../support/postgres.ts';

const EVENTS = Number(process.argv[2] ?? 1_000_000);
/** Every so manieth is decided by a case. */
const BY_CASE = 10;
const CHUNK = 50_000;
const DAY_MS = 86_400_000;
const TURNS = 5;

const postgres = await startOwnPostgres();
const database = await postgres.empty();
await migrate(database);
const pool = openDatabase(database, { name: 'trial', statementTimeoutMs: 0 });
await pool.query("insert into heads (tenant, log, position) values ('default', 'trial', $1), ('default', 'trial/cases', $2)", [
  EVENTS,
  EVENTS / BY_CASE,
]);
for (let from = 1; from <= EVENTS; from += CHUNK) {
  const range = [from, Math.min(EVENTS, from + CHUNK - 1), EVENTS];
  await pool.query(
    `insert into entries (tenant, log, position, kind, accepted_at, source, id, type, subject, time, ending)
     select 'default', 'trial', n, 'event', now() - ($3 - n) * (interval '400 days' / $3), '/shop', n::text, 'payment.attempted', 'card-' || n % 50000, now(), 'reflex'
     from generate_series($1::int, $2::int) n cross join (select $3::int) total`,
    range,
  );
  await pool.query(
    `insert into decisions (tenant, log, position, flow, event_position, revision, subject, outcome, provisional, policy, at, body)
     select 'default', case when n % ${BY_CASE} = 0 then 'trial/cases' else 'trial' end, case when n % ${BY_CASE} = 0 then n / ${BY_CASE} else n end, 'trial', n,
       case when n % ${BY_CASE} = 0 then 1 else 0 end, 'card-' || n % 50000, (array['approve', 'decline', 'review'])[n % 7 % 3 + 1], false, 'trial@1',
       now() - ($3 - n) * (interval '400 days' / $3) + n % 5000 * interval '1 second', '{"rung":"' || (array['rules', 'model', 'human'])[n % 5 % 3 + 1] || '","reasons":[]}'
     from generate_series($1::int, $2::int) n cross join (select $3::int) total`,
    range,
  );
}
const beganMs = performance.now();
while (await followTallies(pool, 'default'));
console.log(`${EVENTS} decisions followed in ${((performance.now() - beganMs) / 1000).toFixed(1)} s`);
await pool.query('analyze tallies, slow_cases');
const { rows: sizes } = await pool.query<{ kind: string; step: number; rows: number }>(
  'select kind, step::int, count(*)::int8 as rows from tallies group by 1, 2 order by 1, 2',
);
for (const { kind, step, rows } of sizes) console.log(`  ${kind} by ${step} min: ${rows} rows`);

async function timed(what: string, look: () => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const fromMs = performance.now();
    await look();
    times.push(performance.now() - fromMs);
  }
  console.log(`${what}, ms: ${times.map((ms) => ms.toFixed(1)).join(' ')}`);
}

const of = { tenant: 'default', flow: 'trial' };
const toMs = Date.now();
const WINDOWS: readonly (readonly [Step, number, string])[] = [
  ['minute', 60, 'UTC'],
  ['minute', 1440, 'UTC'],
  ['hour', 744, 'Europe/Berlin'],
  ['day', 30, 'Europe/Berlin'],
  ['day', 400, 'Europe/Berlin'],
];
for (const [step, count, zone] of WINDOWS)
  await timed(`${count} ${step}s in ${zone}`, () => readOutcomeSeries(pool, of, { step, ...lastBuckets(step, { count, toMs, zone }) }));
await timed('the map of 31 days', () => readMapCounts(pool, { tenant: 'default', flows: ['trial'], minutes: 44_640, nowMs: toMs }));
const source = { pool, caseIds: new CaseIds([]) };
await timed('slow cases of 31 days', () => readSlowCases(source, of, { fromMs: toMs - 31 * DAY_MS, toMs, limit: 20 }));
const { startsMs, endMs } = bucketsFrom('day', { fromMs: toMs - 30 * DAY_MS, toMs, zone: 'UTC' });
const { rows: plan } = await pool.query<{ 'QUERY PLAN': string }>(
  `explain (analyze, buffers) select sum(count) from tallies t where t.tenant = 'default' and t.flow = 'trial' and t.kind = 'outcome' and t.step = 15
   and t.at >= '${new Date(startsMs[0] ?? 0).toISOString()}' and t.at < '${new Date(endMs).toISOString()}'`,
);
for (const { 'QUERY PLAN': line } of plan) console.log(`  ${line}`);
// the same from the decisions themselves, which the follower spares
await timed('30 days counted from the decisions themselves', () =>
  pool.query(
    "select outcome, count(*) from decisions where tenant = 'default' and flow = 'trial' and not provisional and at > now() - interval '30 days' group by 1",
  ),
);
await pool.end();
// nothing else keeps this process until the server has ended and its folder is gone
const staying = setInterval(() => undefined, 1000);
await postgres.stop();
clearInterval(staying);
