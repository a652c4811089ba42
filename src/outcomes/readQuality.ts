/** The quality report of a flow, from the counters that the follower of outcomes keeps: it reads no decision. */
import type { Flow } from '../domain/flow.ts';
import { judgingOf } from '../domain/outcomes.ts';
import type { Pool } from '../log/db/database.ts';
import type { QualityBy, QualityReport } from '../wire/quality.ts';
import { readDrift } from './drift/readDrift.ts';
import { figuresOf, type QualityCell } from './quality.ts';
import { readAnswers } from './readAnswers.ts';
import { readFigures } from './readFigures.ts';

/** Days of the events' time, UTC, both included; null: no bound. */
export interface QualityQuery {
  readonly by: QualityBy;
  readonly from: string | null;
  readonly to: string | null;
}

const GROUPS_MAX = 200;
const DAY_MS = 86_400_000;
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');

interface CellRow extends Omit<QualityCell, 'confidence' | 'costUsd'> {
  name: string;
  confidence_millionths: number;
  cost_usd_billionths: number;
}

/** `$5`: the day before which silence counts, `$6`: as what. Names of columns are from our own code. */
const CELLS = `outcome, bucket, case when truth = '' and day < $5::date then $6 else truth end as truth, truth = '' and coalesce(day < $5::date, false) as assumed,
    sum(decisions)::bigint as decisions, sum(confidence_millionths)::bigint as confidence_millionths, sum(cost_usd_billionths)::bigint as cost_usd_billionths
  from quality where tenant = $1 and flow = $2 and day >= coalesce($3::date, '-infinity') and day <= coalesce($4::date, 'infinity') and decisions <> 0`;
const ALL = `select '' as name, ${CELLS} group by outcome, bucket, 4, 5`;
const groupsOf = (by: QualityBy): string => `select ${by} as name, ${CELLS}
  and ${by} = any(array(select ${by} from quality where tenant = $1 and flow = $2 and day >= coalesce($3::date, '-infinity')
    and day <= coalesce($4::date, 'infinity') and ${by} <> '' group by ${by} order by sum(decisions) desc, ${by} limit ${GROUPS_MAX}))
  group by ${by}, outcome, bucket, 4, 5`;

interface Position {
  newest: Date | null;
  waiting: number;
  dropped: number;
  behind: number;
}

async function readPosition(pool: Pool, tenant: string, flow: string): Promise<Position> {
  const { rows } = await pool.query<Position>(
    `select c.newest, coalesce(c.waiting, 0) as waiting, coalesce(c.dropped, 0) as dropped,
       (coalesce((select position from heads where tenant = $1 and log = $2), 0) - coalesce(c.accepted, 0)
         + coalesce((select position from heads where tenant = $1 and log = $2 || '/cases'), 0) - coalesce(c.cases, 0))::bigint as behind
     from (select) one left join outcome_cursors c on c.tenant = $1 and c.flow = $2`,
    [tenant, flow],
  );
  return rows[0] as Position;
}

function cellOf({ confidence_millionths: confidence, cost_usd_billionths: cost, ...cell }: CellRow): QualityCell & { name: string } {
  return { ...cell, confidence: confidence / 1e6, costUsd: cost / 1e9 };
}

/**
 * So many days before. Whole days: a decision of that very day may be less old by up to a day. Null for days before the year 1, of which the
 * database has none: no event is that old.
 */
function dayBefore(newest: Date, count: number): string | null {
  const ms = newest.getTime() - count * DAY_MS;
  return ms < FIRST_MS ? null : new Date(ms).toISOString().slice(0, 10);
}

export async function readQuality(pool: Pool, tenant: string, flow: Flow, query: QualityQuery): Promise<QualityReport> {
  const judging = judgingOf(flow);
  const { truths, positive, silence } = judging;
  const { newest, waiting, dropped, behind } = await readPosition(pool, tenant, flow.name);
  const before = newest === null || silence == null ? null : dayBefore(newest, silence.days);
  const values = [tenant, flow.name, query.from, query.to, before, silence?.truth ?? null];
  const [all, grouped, answers, counted, drift, own] = await Promise.all([
    pool.query<CellRow>(ALL, values),
    pool.query<CellRow>(groupsOf(query.by), values),
    query.by === 'model' ? readAnswers(pool, tenant, flow, { ...query, before }) : [],
    pool.query<{ groups: number }>(
      `select count(distinct ${query.by}) as groups from quality where tenant = $1 and flow = $2 and day >= coalesce($3::date, '-infinity')
         and day <= coalesce($4::date, 'infinity') and ${query.by} <> ''`,
      values.slice(0, 4),
    ),
    readDrift(pool, tenant, flow.name),
    readFigures(pool, tenant, flow),
  ]);
  const byName = new Map<string, QualityCell[]>();
  for (const { name, ...cell } of grouped.rows.map(cellOf)) byName.set(name, [...(byName.get(name) ?? []), cell]);
  const groups = [...byName].map(([name, cells]) => ({ name, ...figuresOf(cells, judging) }));
  groups.sort((one, other) => other.decisions - one.decisions || (one.name < other.name ? -1 : 1));
  const figures = figuresOf(all.rows.map(cellOf), judging);
  return {
    ...{ flow: flow.name, by: query.by, from: query.from, to: query.to, truths, positive },
    silence: silence == null ? null : { ...silence, before, counted: figures.assumed },
    ...{ labels: { waiting, dropped }, drift, behind, all: figures, groups },
    leftOut: (counted.rows[0]?.groups ?? 0) - groups.length,
    answers,
    figures: own,
  };
}

/** By rung, over all that is counted: what metrics show. */
export async function readAllQuality(pool: Pool, tenant: string, flows: readonly Flow[]): Promise<QualityReport[]> {
  return Promise.all(flows.map((flow) => readQuality(pool, tenant, flow, { by: 'rung', from: null, to: null })));
}
