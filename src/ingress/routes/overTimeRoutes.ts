/** What flows did over time, from what is counted beside accepting. */

import { SignalboxError } from '../../domain/errors.ts';
import { BUCKETS_MAX, type Buckets, bucketsFrom, lastBuckets, STEP_MS, type Step } from '../../domain/time/bucketStarts.ts';
import { readOutcomeSeries, readUncounted } from '../../log/tally/readTallies.ts';
import { outcomesExample, outcomesOverTime, outcomesQuery } from '../../wire/overTime.ts';
import { flowParam } from '../../wire/params.ts';
import { flowNamed } from './flowNamed.ts';
import { type Route, route } from './route.ts';

const BUCKETS = 48;

const refused = (pointer: string, detail: string): SignalboxError =>
  new SignalboxError('bad-query', undefined, { errors: [{ pointer, detail }] });

/** Throws `bad-query` for a window that is too long or ends before it begins. */
function bucketsOf({ step, from, to, last, zone }: { step: Step; from?: string; to?: string; last?: string; zone: string }): Buckets {
  const toMs = to === undefined ? Date.now() : Date.parse(to);
  const max = BUCKETS_MAX[step];
  if (from !== undefined && last !== undefined) throw refused('/last', 'stands in place of from, not beside it');
  if (from === undefined) {
    const count = Number(last ?? BUCKETS);
    if (count > max) throw refused('/last', `must be at most ${max} where a step is a ${step}`);
    return lastBuckets(step, { count, toMs, zone });
  }
  const fromMs = Date.parse(from);
  if (fromMs >= toMs) throw refused('/from', 'must be before to');
  if ((toMs - fromMs) / STEP_MS[step] > max) throw refused('/from', `must be at most ${max} ${step}s before to`);
  return bucketsFrom(step, { fromMs, toMs, zone });
}

const instant = (ms: number): string => new Date(ms).toISOString();

export const overTimeRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/flows/:flow/outcomes',
    id: 'getOutcomes',
    tag: 'flows',
    summary: 'Final decisions over time, by outcome and rung',
    scopes: ['read'],
    params: { flow: flowParam },
    query: outcomesQuery,
    answers: { 200: { description: 'Counts by buckets of time', schema: outcomesOverTime, example: outcomesExample } },
    handler:
      ({ pool, flows }) =>
      async ({ caller: { tenant }, params, query: { step = 'hour', zone = 'UTC', from, to, last }, send }) => {
        const flow = flowNamed(flows, params.flow).name;
        const buckets = bucketsOf({ step, zone, ...(from && { from }), ...(to && { to }), ...(last && { last }) });
        const { startsMs, endMs } = buckets;
        const [series, behind] = await Promise.all([
          readOutcomeSeries(pool, { tenant, flow }, { step, ...buckets }),
          readUncounted(pool, tenant, flow),
        ]);
        const starts = startsMs.map(instant);
        send(200, { flow, step, zone, from: instant(startsMs[0] ?? endMs), to: instant(endMs), starts, series, behind });
      },
  }),
];
