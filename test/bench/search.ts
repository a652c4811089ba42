/** How long a fragment is looked for among a million events. Rows are made in the database; the follower and the search are as they are. Speed is printed, never asserted. */
import { openDatabase } from '../../src/log/db/database.ts';
import { migrate } from '../../src/log/db/migrate.ts';
import { followSearch } from '../../src/log/search/followSearch.ts';
import { readSearch } from '../../src/log/search/readSearch.ts';
import { startOwnPostgres } from '../support/postgres.ts';

const EVENTS = Number(process.argv[2] ?? 1_000_000);
const CHUNK = 50_000;
const FRAGMENTS = ['77123', 'card-4711', 'payment', 'xy-nobody', 'evt_trial.500000', 'gross'];

const postgres = await startOwnPostgres();
const database = await postgres.empty();
await migrate(database);
const pool = openDatabase(database, { name: 'trial', statementTimeoutMs: 0 });
await pool.query("insert into heads (tenant, log, position) values ('default', 'trial', $1)", [EVENTS]);
for (let from = 1; from <= EVENTS; from += CHUNK)
  await pool.query(
    `insert into entries (tenant, log, position, kind, accepted_at, source, id, type, subject, time, ending)
     select 'default', 'trial', n, 'event', now() - (1000000 - n) * interval '1 second', '/shop', md5(n::text), 'payment.attempted', 'card-' || n % 50000, now(), 'recorded'
     from generate_series($1::int, $2::int) n`,
    [from, Math.min(EVENTS, from + CHUNK - 1)],
  );
const beganMs = performance.now();
while (await followSearch(pool, 'default', 20_000));
console.log(`${EVENTS} events followed in ${((performance.now() - beganMs) / 1000).toFixed(1)} s`);
await pool.query('analyze search');
for (const text of FRAGMENTS) {
  const times: number[] = [];
  let count = 0;
  for (let turn = 0; turn < 5; turn += 1) {
    const fromMs = performance.now();
    count = (await readSearch(pool, { tenant: 'default', text, after: null, limit: 100 })).items.length;
    times.push(performance.now() - fromMs);
  }
  console.log(`${text}: ${count} found, ms: ${times.map((ms) => ms.toFixed(0)).join(' ')}`);
}
await pool.end();
await postgres.stop();
