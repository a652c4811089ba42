/**
 * How right LLMs were by what they answered, whether the answer decided or a person was only shown it: the record that a model needs before
 * an operator lets it decide. From the rows of its requests and the labels; an event counts once, by its last answer.
 */
import type { Flow } from '../domain/flow.ts';
import { judgingOf } from '../domain/outcomes.ts';
import type { Pool } from '../log/db/database.ts';
import { readPolicy } from '../log/read/policies.ts';
import { type LlmRung, ladderOf } from '../policy/ladderPolicy.ts';
import { parsePolicy } from '../policy/policy.ts';
import type { QualityReport } from '../wire/quality.ts';
import { lastLabelOf } from './byEvent.ts';
import { figuresOf, type QualityCell } from './quality.ts';

/** Days of the events' time; `before`: from which on silence counts. */
export interface AnswersQuery {
  readonly from: string | null;
  readonly to: string | null;
  readonly before: string | null;
}

type Answers = QualityReport['answers'];

/** The newest that are looked through: each was paid for, so that there are not many more. */
const ANSWERS_MAX = 100_000;

interface Row {
  name: string;
  outcome: string;
  bucket: number;
  truth: string;
  assumed: boolean;
  decisions: number;
  confidence: number;
  nano: number;
}

/** `$5`: the day before which silence counts, `$6`: as what. An answer that was taken again is one too. */
const ANSWERS = `with answered as (
    select distinct on (event_position) event_position, model, answer::jsonb -> 'value' as value,
      sum(nano_usd) over (partition by event_position) as nano
    from (select * from llm_calls where tenant = $1 and flow = $2 order by event_position desc limit ${ANSWERS_MAX}) c
    where answer like '{"value":%' order by event_position, number desc
  ), judged as (
    select a.*, e.time, coalesce(l.truth, '') as label from answered a
    join entries e on e.tenant = $1 and e.log = $2 and e.position = a.event_position
    left join lateral (${lastLabelOf('a.event_position')}) l on true
    where e.time >= coalesce($3::date, '-infinity') and e.time < coalesce($4::date + 1, 'infinity')
  )
  select model as name, value ->> 'outcome' as outcome, least(9, floor((value ->> 'confidence')::float8 * 10))::int as bucket,
    case when label = '' and time < $5::date then $6 else label end as truth, label = '' and coalesce(time < $5::date, false) as assumed,
    count(*)::int as decisions, sum((value ->> 'confidence')::float8) as confidence, sum(nano)::float8 as nano
  from judged group by 1, 2, 3, 4, 5`;

/** The numbers of the policy that holds; null where it asks no LLM, or is another build's. */
async function wantedOf(pool: Pool, tenant: string, flow: Flow): Promise<LlmRung['record'] | null> {
  const stored = await readPolicy(pool, { tenant, flow: flow.name }, null);
  if (stored === null) return null;
  try {
    const rungs = ladderOf(parsePolicy(flow, stored.text))?.rungs ?? [];
    return rungs.find((rung): rung is LlmRung => rung.rung === 'llm')?.record ?? null;
  } catch {
    return null;
  }
}

export async function readAnswers(pool: Pool, tenant: string, flow: Flow, { from, to, before }: AnswersQuery): Promise<Answers> {
  const judging = judgingOf(flow);
  const [{ rows }, wanted] = await Promise.all([
    pool.query<Row>(ANSWERS, [tenant, flow.name, from, to, before, judging.silence?.truth ?? null]),
    wantedOf(pool, tenant, flow),
  ]);
  const byModel = new Map<string, QualityCell[]>();
  for (const { name, nano, ...cell } of rows) byModel.set(name, [...(byModel.get(name) ?? []), { ...cell, costUsd: nano / 1e9 }]);
  const answers = [...byModel].map(([name, cells]) => {
    const figures = figuresOf(cells, judging);
    const judged = figures.right + figures.wrong;
    // a flow without a positive truth knows no precision
    const precision = figures.precision ?? (judging.positive === null && judged > 0 ? figures.right / judged : null);
    const earned = wanted !== null && judged >= wanted.judgedMin && precision !== null && precision >= wanted.precisionMin;
    return { name, ...figures, record: wanted === null ? null : { ...wanted, judged, precision, earned } };
  });
  return answers.sort((one, other) => other.decisions - one.decisions || (one.name < other.name ? -1 : 1));
}
