/** The database: reachable, keeping what it promised, with our schema; and what stands in it that needs a hand. */
import { readActingBacklog, readBacklog } from '../../log/backlog.ts';
import { CLOCK_APART_MS, DatabaseClock } from '../../log/db/clock.ts';
import { assertDurable, openDatabase, type Pool } from '../../log/db/database.ts';
import { schemaGap } from '../../log/db/migrate.ts';
import { readEmissions } from '../../log/emit/readEmissions.ts';
import { readMemories } from '../../log/memory/readMemories.ts';
import { hasFragments } from '../../log/search/readSearch.ts';
import { readOverdue } from '../../log/watch/overdue.ts';
import { readDriftFigures } from '../../outcomes/drift/readDrift.ts';
import { type Finding, fail, guarded, ok, warn } from './finding.ts';

/** `server_version_num`; the oldest that the tests of the schema ran on. */
const VERSION_MIN = 150_000;
const BACKLOG_SECONDS_MAX = 60;

/** `use` gets the pool while it is open, where the schema is as it should be. */
export async function lookAtDatabase(url: string, use: (pool: Pool) => Promise<readonly Finding[]>): Promise<Finding[]> {
  const pool = openDatabase(url, { name: 'doctor', size: 3 });
  try {
    const server = await guarded('database', 'check DATABASE_URL, and that the server runs', () => lookAtServer(pool));
    if (server.some(({ level }) => level === 'fail')) return [...server];
    return [...server, ...(await use(pool))];
  } finally {
    await pool.end();
  }
}

async function lookAtServer(pool: Pool): Promise<Finding[]> {
  const { rows } = await pool.query<{ version: string; number: number; size: string }>(
    "select current_setting('server_version') as version, current_setting('server_version_num')::int as number, pg_size_pretty(pg_database_size(current_database())) as size",
  );
  const { version = '?', number = 0, size = '?' } = rows[0] ?? {};
  const found = `PostgreSQL ${version}, ${size}`;
  const server = number < VERSION_MIN ? warn('database', found, 'use PostgreSQL 15 or later') : ok('database', found);
  const durable = await guarded('durability', 'switch them on: a 2xx must survive a crash', async () => {
    await assertDurable(pool);
    return [ok('durability', 'commits are on disk before they are answered')];
  });
  return [
    server,
    await clockOf(pool),
    ...durable,
    await schema(pool),
    ...(await guarded('search', 'start an ingress: it migrates', () => lookAtSearch(pool))),
  ];
}

export const clockApart = (whose: string, aheadSeconds: number): Finding =>
  warn(
    'clock',
    `that of ${whose} is ${Math.abs(aheadSeconds)} s ${aheadSeconds > 0 ? 'ahead of' : 'behind'} the database's`,
    "set it right (NTP); events are accepted, and deadlines held, by the database's",
  );

async function clockOf(pool: Pool): Promise<Finding> {
  const clock = new DatabaseClock();
  await clock.look(pool);
  const aheadMs = clock.aheadMs();
  return Math.abs(aheadMs) > CLOCK_APART_MS ? clockApart('this machine', Math.round(aheadMs / 1000)) : ok('clock', "is the database's");
}

async function lookAtSearch(pool: Pool): Promise<Finding[]> {
  if (await hasFragments(pool)) return [ok('search', 'finds fragments (pg_trgm)')];
  const next = 'have an administrator run: create extension pg_trgm; create index search_text on search using gin (text gin_trgm_ops)';
  return [warn('search', 'finds only how subjects begin, as the database has no pg_trgm', next)];
}

async function schema(pool: Pool): Promise<Finding> {
  const { missing, foreign } = await schemaGap(pool);
  if (foreign.length > 0)
    return fail('schema', `made by a newer Signalbox: ${foreign.join(', ')}`, 'run that version, or use another database');
  if (missing.length > 0) return fail('schema', `lacks ${missing.join(', ')}`, 'start an ingress: it migrates');
  return ok('schema', 'up to date');
}

/** Rows that wait for somebody. */
export async function lookAtRows(pool: Pool): Promise<Finding[]> {
  const { rows } = await pool.query<{
    disabled: number;
    disabled_id: string | null;
    quarantined: number;
    overdue: number;
    overdue_id: string | null;
    stories: number;
    stories_id: string | null;
  }>(
    `select (select count(*)::int from receivers where disabled_at is not null) as disabled,
      (select min(receiver) from receivers where disabled_at is not null) as disabled_id,
      (select count(*)::int from entries where ending = 'quarantined') as quarantined,
      (select count(*)::int from approvals where state = 'open' and deadline < now() - interval '1 minute') as overdue,
      (select min('apr_' || flow || '.' || event_position || '.' || turn) from approvals where state = 'open' and deadline < now() - interval '1 minute') as overdue_id,
      (select count(*)::int from stories where open and due_at < now() - interval '1 minute') as stories,
      (select min('evt_' || flow || '.' || position) from stories where open and due_at < now() - interval '1 minute') as stories_id`,
  );
  const { disabled = 0, disabled_id: disabledId = null, quarantined = 0, overdue = 0, overdue_id: overdueId = null } = rows[0] ?? {};
  const { stories = 0, stories_id: storyId = null } = rows[0] ?? {};
  return [
    await backlog(pool),
    await acting(pool),
    await watches(pool),
    await emissions(pool),
    await memories(pool),
    await drift(pool),
    disabled === 0
      ? ok('receivers', 'none is disabled')
      : warn(
          'receivers',
          `${disabled} disabled, ${disabledId} among them`,
          '`signalbox receivers list` says why; enable them when they are mended',
        ),
    quarantined === 0
      ? ok('quarantine', 'empty')
      : warn('quarantine', `${quarantined} events`, '`signalbox quarantine list` says why; redrive them when the flow is mended'),
    overdue === 0
      ? ok('approvals', 'none is past its deadline')
      : warn(
          'approvals',
          `${overdue} are open past their deadline, ${overdueId} among them`,
          'their cases do not move: see workers and stuck cases',
        ),
    stories === 0
      ? ok('stories', 'none waits past its time')
      : warn(
          'stories',
          `${stories} wait past their time, that of ${storyId} among them`,
          'their cases do not move: see workers and stuck cases',
        ),
  ];
}

async function backlog(pool: Pool): Promise<Finding> {
  const { events, oldestSeconds } = await readBacklog(pool);
  const found = events === 0 ? 'nothing waits' : `${events} events wait for their case, the oldest for ${oldestSeconds} s`;
  return oldestSeconds > BACKLOG_SECONDS_MAX ? warn('backlog', found, 'see Temporal and the workers below') : ok('backlog', found);
}

async function acting(pool: Pool): Promise<Finding> {
  const { decisions, oldestSeconds, newest } = await readActingBacklog(pool);
  if (decisions === 0) return ok('acting', 'every decision that acts has its actions');
  const found = `${decisions} decisions of reflexes wait to be acted on, the oldest for ${oldestSeconds} s, ${newest} of them from the last minute`;
  if (oldestSeconds <= BACKLOG_SECONDS_MAX) return ok('acting', found);
  return warn(
    'acting',
    found,
    'they come faster than cases take them: add workers or a Temporal cluster, or let fewer outcomes act (`from` in the policy)',
  );
}

async function watches(pool: Pool): Promise<Finding> {
  const overdue = await readOverdue(pool, 'default');
  const [first] = overdue;
  if (first === undefined) return ok('watches', 'none is overdue');
  const count = overdue.reduce((sum, one) => sum + one.watches, 0);
  const found = `${count} overdue, one that evt_${first.flow}.${first.opened} opened among them${first.trouble === null ? '' : `: ${first.trouble}`}`;
  return warn('watches', found, '`signalbox watches list` shows them; an ingress that has the code of their flow looks at them');
}

async function emissions(pool: Pool): Promise<Finding> {
  const all = await readEmissions(pool, 'default');
  const stuck = all.find(({ waiting, oldestSeconds }) => waiting > 0 && oldestSeconds > BACKLOG_SECONDS_MAX);
  if (stuck !== undefined) {
    const found = `${stuck.waiting} that ${stuck.flow} is to tell others of are in no log, the oldest for ${stuck.oldestSeconds} s`;
    return warn('emissions', found, 'an ingress that has the code of their flow appends them: start one, its log says what is wrong');
  }
  const circle = all.find(({ refusedOfLate }) => refusedOfLate > 0);
  if (circle !== undefined) {
    const found = `${circle.refusedOfLate} of ${circle.flow} were refused within a day, the last one: ${circle.trouble}`;
    return warn('emissions', found, "flows cause one another's events in a circle: let one of them follow less");
  }
  const refused = all.reduce((sum, one) => sum + one.refused, 0);
  return ok('emissions', refused === 0 ? 'none waits' : `none waits; ${refused} were refused more than a day ago`);
}

async function drift(pool: Pool): Promise<Finding> {
  const drifted = (await readDriftFigures(pool, 'default')).filter((one) => one.drifted > 0);
  const [first] = drifted;
  if (first === undefined) return ok('drift', 'inputs, scores and calibration are what they were');
  const found = drifted.map((one) => `${one.drifted} of ${one.flow}`).join(', ');
  return warn(
    'drift',
    `no longer what they were: ${found}`,
    `\`signalbox quality ${first.flow}\` says which: the model may need to be trained anew`,
  );
}

async function memories(pool: Pool): Promise<Finding> {
  const all = await readMemories(pool, 'default');
  const troubled = all.find(({ trouble }) => trouble !== null);
  if (troubled === undefined) return ok('memories', all.length === 0 ? 'no flow has one' : 'every checkpoint was kept');
  const found = `that of ${troubled.flow} has no checkpoint for ${troubled.behind} entries: ${troubled.trouble}`;
  return warn('memories', found, 'the flow must forget more, or raise its limitBytes: until then each start has all of them to learn');
}
