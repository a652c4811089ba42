/**
 * Feeds the search out of the logs: a stretch of one log in one statement, with its cursor. Whoever follows holds the cursor's row; others pass on. Reading, making
 * the texts and writing them are the database's: nothing goes through this process.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isDatabaseAway, type Pool } from '../db/database.ts';
import { readableJson } from '../db/readableJson.ts';

const STRETCH = 1000;
const TEXT_CHARS_MAX = 2000;
/** The database's own rule, which what is looked for goes by too: that of the columns, "C", knows capitals of ASCII alone. */
const RULE = 'collate "default"';
/** How late something may be found. */
const PAUSE_MS = 1000;
/** Pauses after a stretch, in times that it took: it has a tenth of the time, as that of outcomes has. */
const PAUSES = 9;

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

interface Behind {
  log: string;
  head: number;
}

/** Follows one stretch of each log of the tenant. Whether there is more. */
export async function followSearch(pool: Pool, tenant: string, stretch = STRETCH): Promise<boolean> {
  const { rows } = await pool.query<Behind>(
    `select h.log, h.position as head from heads h left join search_cursors c on c.tenant = h.tenant and c.log = h.log
     where h.tenant = $1 and h.position > coalesce(c.position, 0)`,
    [tenant],
  );
  let more = false;
  for (const behind of rows) if (await followLog(pool, tenant, { ...behind, stretch })) more = true;
  return more;
}

async function followLog(pool: Pool, tenant: string, { log, head, stretch }: Behind & { stretch: number }): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query('insert into search_cursors (tenant, log) values ($1, $2) on conflict do nothing', [tenant, log]);
    await client.query('begin');
    const { rows } = await client.query<{ position: number }>(
      'select position from search_cursors where tenant = $1 and log = $2 for update skip locked',
      [tenant, log],
    );
    const after = rows[0]?.position;
    const upTo = Math.min(head, (after ?? head) + stretch);
    if (after !== undefined && after < upTo) {
      const values = [tenant, log, after, upTo];
      await client.query(EVENTS, values);
      await client.query(DECISIONS, values);
      await client.query(APPROVALS, values);
      await client.query('update search_cursors set position = $3 where tenant = $1 and log = $2', [tenant, log, upTo]);
    }
    await client.query('commit');
    client.release();
    return after !== undefined && upTo < head;
  } catch (error) {
    // closing the connection rolls back
    client.release(true);
    throw error;
  }
}

/** Follows until it is closed. */
export function openSearchFollower({ pool, tenant, logger }: { pool: Pool; tenant: string; logger: Logger }): { close(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = (async () => {
    while (!signal.aborted) {
      const startedMs = performance.now();
      const more = await followSearch(pool, tenant).catch((error: unknown) => {
        if (isDatabaseAway(error)) logger.debug({ err: error }, 'the search waits for the database');
        else logger.error({ err: error }, 'the search cannot be followed');
        return false;
      });
      await pause(more ? PAUSES * (performance.now() - startedMs) : PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  })();
  return {
    async close() {
      stopping.abort();
      await running;
    },
  };
}
