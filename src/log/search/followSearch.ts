/** Feeds the search out of the logs. Reading, making the texts and writing them are the database's: nothing goes through this process. */
import type { Pool } from '../db/database.ts';
import { readableJson } from '../db/readableJson.ts';
import { followLogs, type LogFollower } from '../follow/followLogs.ts';

const STRETCH = 1000;
const TEXT_CHARS_MAX = 2000;
/** The database's own rule, which what is looked for goes by too: that of the columns, "C", knows capitals of ASCII alone. */
const RULE = 'collate "default"';

/** An event's own ids and words, with what its reflex decided: they have one position. */
const EVENTS = `insert into search (tenant, log, position, kind, at, event_position, revision, subject, title, text)
  select e.tenant, e.log, e.position, 'event', e.accepted_at, e.position, null, coalesce(e.subject, ''), e.type,
    lower(left(concat_ws(' ', case when e.tenant = 'default' then 'evt_' else 'evt_' || e.tenant || '.' end || e.log || '.' || e.position,
      e.id, e.type, e.subject, e.source, e.note), ${TEXT_CHARS_MAX}) ${RULE})
  from entries e where e.tenant = $1 and e.log = $2 and e.position > $3 and e.position <= $4 and e.kind in ('event', 'adopt') on conflict do nothing`;
const DECISIONS = `insert into search (tenant, log, position, kind, at, event_position, revision, subject, title, text)
  select d.tenant, d.log, d.position, 'decision', d.at, d.event_position, d.revision, d.subject, d.outcome,
    lower(left(concat_ws(' ', case when d.tenant = 'default' then 'dec_' else 'dec_' || d.tenant || '.' end || d.flow || '.' || d.event_position || '.' || d.revision,
      d.outcome, d.subject, (select string_agg(concat_ws(' ', r ->> 'code', r ->> 'text'), ' ') from json_array_elements(${readableJson('d.body')} -> 'reasons') r)), ${TEXT_CHARS_MAX}) ${RULE})
  from decisions d where d.tenant = $1 and d.log = $2 and d.position > $3 and d.position <= $4 on conflict do nothing`;
const APPROVALS = `insert into search (tenant, log, position, kind, at, event_position, revision, subject, title, text)
  select r.tenant, r.log, r.position, 'approval', r.at, r.event_position, null, r.subject, r.title,
    lower(left(concat_ws(' ', ${readableJson('r.detail')} ->> 'approval', r.subject, r.title, ${readableJson('r.detail')} ->> 'reason', ${readableJson('r.detail')} ->> 'actor'), ${TEXT_CHARS_MAX}) ${RULE})
  from records r where r.tenant = $1 and r.log = $2 and r.position > $3 and r.position <= $4 and r.kind in ('approval', 'verdict') on conflict do nothing`;

export const SEARCH_FOLLOWER: LogFollower = {
  cursors: 'search_cursors',
  stretch: STRETCH,
  async write(client, { tenant, log, after, upTo }) {
    const values = [tenant, log, after, upTo];
    await client.query(EVENTS, values);
    await client.query(DECISIONS, values);
    await client.query(APPROVALS, values);
  },
};

/** Follows one stretch of each log of the tenant. Whether there is more. */
export const followSearch = (pool: Pool, tenant: string, stretch = STRETCH): Promise<boolean> =>
  followLogs(pool, tenant, { ...SEARCH_FOLLOWER, stretch });
