/** The table of labels. Read by key, row by row: while there are no statistics, a join would go through all of it. */
import type { FlowLog } from '../log/caseLog.ts';
import type { Client } from '../log/db/database.ts';
import { lastLabelOf } from './byEvent.ts';
import type { Label } from './labelOf.ts';

/** Labels that may wait for their event, a flow. Beyond it the oldest give way, and are counted. */
export const WAITING_MAX = 100_000;
/** Labels of one business key that move with it: the last ones, of which the last counts. */
const SAME_KEY_MAX = 1000;

/** A label that is there already. */
export interface KeptLabel {
  readonly position: number;
  readonly lookup: string;
  readonly eventPosition: number | null;
}

export async function readLabelsOf(client: Client, { tenant, flow }: FlowLog, lookups: readonly string[]): Promise<KeptLabel[]> {
  if (lookups.length === 0) return [];
  const { rows } = await client.query<{ position: number; lookup: string; event_position: number | null }>(
    `select l.position, q.lookup, l.event_position from unnest($3::text[]) q(lookup) cross join lateral (
       select position, event_position from labels where tenant = $1 and flow = $2
         and lookup >= decode(q.lookup, 'hex') and lookup <= decode(q.lookup, 'hex') order by lookup desc, position desc limit ${SAME_KEY_MAX}) l`,
    [tenant, flow, lookups],
  );
  return rows.map(({ event_position: eventPosition, ...row }) => ({ ...row, eventPosition }));
}

/** What is known to be true of each event, where anything is: by its last label. */
export async function readTruths(client: Client, { tenant, flow }: FlowLog, positions: readonly number[]): Promise<Map<number, string>> {
  if (positions.length === 0) return new Map();
  const { rows } = await client.query<{ position: number; truth: string }>(
    `select q.position, l.truth from unnest($3::bigint[]) q(position) cross join lateral (${lastLabelOf('q.position')}) l`,
    [tenant, flow, positions],
  );
  return new Map(rows.map(({ position, truth }) => [position, truth]));
}

const instant = (ms: number): string => new Date(ms).toISOString();

/** The positions of those that were new. */
export async function insertLabels(client: Client, { tenant, flow }: FlowLog, labels: readonly Label[]): Promise<Set<number>> {
  if (labels.length === 0) return new Set();
  const { rows } = await client.query<{ position: number }>(
    `insert into labels (tenant, flow, position, subject, lookup, event_position, truth, at, accepted_at)
     select $1, $2, q.position, q.subject, decode(q.lookup, 'hex'), q.event_position, q.truth, q.at, q.accepted_at
     from unnest($3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::timestamptz[], $9::timestamptz[])
       as q(position, subject, lookup, event_position, truth, at, accepted_at)
     on conflict (tenant, flow, position) do nothing returning position`,
    [
      ...[tenant, flow, labels.map(({ position }) => position), labels.map(({ subject }) => subject), labels.map(({ lookup }) => lookup)],
      ...[labels.map(({ eventPosition }) => eventPosition), labels.map(({ truth }) => truth)],
      ...[labels.map(({ atMs }) => instant(atMs)), labels.map(({ acceptedAtMs }) => instant(acceptedAtMs))],
    ],
  );
  return new Set(rows.map(({ position }) => position));
}

export async function moveLabels(
  client: Client,
  { tenant, flow }: FlowLog,
  moves: readonly { position: number; to: number }[],
): Promise<void> {
  if (moves.length === 0) return;
  await client.query(
    `update labels l set event_position = q.event_position from unnest($3::bigint[], $4::bigint[]) as q(position, event_position)
     cross join lateral (select ctid from labels where tenant = $1 and flow = $2 and position = q.position limit 1) at where l.ctid = at.ctid`,
    [tenant, flow, moves.map(({ position }) => position), moves.map(({ to }) => to)],
  );
}

/** The oldest that wait. */
export async function dropWaiting(client: Client, { tenant, flow }: FlowLog, count: number): Promise<void> {
  await client.query(
    `delete from labels where ctid = any(array(select ctid from labels where tenant = $1 and flow = $2 and event_position is null
       order by position limit $3))`,
    [tenant, flow, count],
  );
}
