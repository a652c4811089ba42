/**
 * Counts by time what the logs hold, and keeps the slowest cases of each hour. One statement counts a stretch in the database: nothing goes through this
 * process. Never by an event's own time, which anyone may say: by that of accepting, deciding and ending.
 */
import type { Client, Pool } from '../db/database.ts';
import { readableJson } from '../db/readableJson.ts';
import { followLogs, type LogFollower } from '../follow/followLogs.ts';

const STRETCH = 2000;
/** Of an hour; a report shows fewer. */
export const SLOW_KEPT = 50;
const OWN = '/signalbox/';
const BETWEEN = (table: string): string =>
  `${table}.tenant = $1 and ${table}.log = $2 and ${table}.position > $3 and ${table}.position <= $4`;

/** The revision stands at the end of a decision's id. */
const ACTED = `select r.log, r.at, r.event_position, ${readableJson('r.detail')} as detail from records r
  where ${BETWEEN('r')} and r.kind = 'action' and r.key like 'action %'`;

const COUNT = `insert into tallies as t (tenant, flow, kind, step, at, name, by, state, count)
  select $1, seen.flow, seen.kind, step.minutes, date_bin(step.minutes * interval '1 minute', seen.at, timestamptz 'epoch'), seen.name, seen.by, seen.state, count(*)
  from (
    select e.log as flow, 'event' as kind, e.accepted_at as at, e.type as name, '' as by, '' as state from entries e
      where ${BETWEEN('e')} and e.kind in ('event', 'adopt') and e.log <> 'unrouted'
    union all
    select substr(e.source, ${OWN.length + 1}), 'own', e.accepted_at, e.type, '', '' from entries e
      where ${BETWEEN('e')} and e.kind = 'event' and starts_with(e.source, '${OWN}')
    union all
    select d.flow, 'outcome', d.at, d.outcome, coalesce(${readableJson('d.body')} ->> 'rung', ''), '' from decisions d
      where ${BETWEEN('d')} and not d.provisional
    union all
    select replace(a.log, '/cases', ''), 'action', a.at, coalesce(a.detail ->> 'action', ''), coalesce(d.outcome, ''), coalesce(a.detail ->> 'state', '')
      from (${ACTED}) a left join lateral (
        select d.outcome from decisions d where d.tenant = $1 and d.flow = replace(a.log, '/cases', '') and d.event_position = a.event_position
          and d.revision = substring(a.detail ->> 'decision' from '[.]([0-9]{1,4})$')::smallint limit 1) d on true
  ) seen cross join (values (1), (15)) as step(minutes)
  group by 2, 3, 4, 5, 6, 7, 8
  on conflict (tenant, flow, kind, step, at, name, by, state) do update set count = t.count + excluded.count`;

/** Final decisions of cases; the hours that they were made in. */
const SLOW = `with closed as (
    insert into slow_cases (tenant, flow, hour, event_position, ms, revision)
    select d.tenant, d.flow, date_bin('1 hour', d.at, timestamptz 'epoch'), d.event_position, (extract(epoch from d.at - e.accepted_at) * 1000)::int8, d.revision
    from decisions d cross join lateral (
      select e.accepted_at from entries e where e.tenant = d.tenant and e.log = d.flow and e.position = d.event_position limit 1) e
    where ${BETWEEN('d')} and d.log <> d.flow and not d.provisional
    on conflict do nothing returning flow, hour
  ) select flow, hour from closed group by flow, hour`;
const TRIM = `delete from slow_cases s using (
    select event_position from slow_cases where tenant = $1 and flow = $2 and hour = $3 order by ms desc, event_position offset ${SLOW_KEPT}) rest
  where s.tenant = $1 and s.flow = $2 and s.hour = $3 and s.event_position = rest.event_position`;

async function keepSlow(client: Client, values: readonly unknown[]): Promise<void> {
  const { rows } = await client.query<{ flow: string; hour: Date }>(SLOW, [...values]);
  for (const { flow, hour } of rows) await client.query(TRIM, [values[0], flow, hour]);
}

export const TALLY_FOLLOWER: LogFollower = {
  cursors: 'tally_cursors',
  stretch: STRETCH,
  async write(client, { tenant, log, after, upTo }) {
    const values = [tenant, log, after, upTo];
    await client.query(COUNT, values);
    await keepSlow(client, values);
  },
};

/** Follows one stretch of each log of the tenant. Whether there is more. */
export const followTallies = (pool: Pool, tenant: string, stretch = STRETCH): Promise<boolean> =>
  followLogs(pool, tenant, { ...TALLY_FOLLOWER, stretch });
