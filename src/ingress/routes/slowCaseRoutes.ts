/** Which cases of a flow take long: those that are open, and those that were closed in a window. */
import { readOpenCasesAt, readOpenFeed } from '../../cases/readOpen.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { readHeads } from '../../log/read/feed.ts';
import { readSlowCases, type SlowCase } from '../../log/tally/readSlowCases.ts';
import { readUncounted } from '../../log/tally/readTallies.ts';
import { flowParam } from '../../wire/params.ts';
import { type ClosedCase, SLOW_DAYS_MAX, slowCases, slowCasesExample, slowCasesQuery } from '../../wire/slowCase.ts';
import { runOf, subjectPath, type TemporalWeb } from '../accept/receipt.ts';
import { flowNamed } from './flowNamed.ts';
import { type Route, route } from './route.ts';
import { shownOpenCase } from './shownOpenCase.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 7;
const LIMIT = 20;

/** Whole hours. Throws `bad-query` for a window that is too long or ends before it begins. */
function hoursOf({ from, to }: { from?: string | undefined; to?: string | undefined }): { fromMs: number; toMs: number } {
  const endMs = to === undefined ? Date.now() : Date.parse(to);
  const beginMs = from === undefined ? endMs - DAYS * DAY_MS : Date.parse(from);
  const wrong =
    beginMs > endMs
      ? 'must be before to'
      : endMs - beginMs > SLOW_DAYS_MAX * DAY_MS
        ? `must be at most ${SLOW_DAYS_MAX} days before to`
        : '';
  if (wrong !== '') throw new SignalboxError('bad-query', undefined, { errors: [{ pointer: '/from', detail: wrong }] });
  return { fromMs: Math.floor(beginMs / HOUR_MS) * HOUR_MS, toMs: (Math.floor(endMs / HOUR_MS) + 1) * HOUR_MS };
}

function shownClosed({ run, ...closed }: SlowCase, { tenant, flow }: { tenant: string; flow: string }, temporal: TemporalWeb): ClosedCase {
  const { event, subject, decision } = closed;
  const links = { event: `/v1/events/${event}`, decision: `/v1/decisions/${decision}`, subject: subjectPath(flow, subject) };
  return { ...closed, workflow: runOf({ tenant, flow, subject, run }, temporal), links };
}

export const slowCaseRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/flows/:flow/slow-cases',
    id: 'getSlowCases',
    tag: 'flows',
    summary: 'The oldest open cases of a flow, and those that took longest of the ones that were closed in a window',
    scopes: ['read'],
    params: { flow: flowParam },
    query: slowCasesQuery,
    answers: { 200: { description: 'They', schema: slowCases, example: slowCasesExample } },
    handler:
      ({ pool, flows, temporal }) =>
      async ({ caller: { tenant }, params, query: { limit: given, ...window }, send }) => {
        const flow = flowNamed(flows, params.flow).name;
        const { fromMs, toMs } = hoursOf(window);
        const limit = Number(given ?? LIMIT);
        const source = { pool, caseIds: temporal.caseIds };
        const head = (await readHeads(pool, tenant)).get(flow) ?? 0;
        const reading = { tenant, upTo: new Map([[flow, head]]), after: new Map<string, number>(), limit };
        const [places, closed, behind] = await Promise.all([
          readOpenFeed(pool, undefined, reading),
          readSlowCases(source, { tenant, flow }, { fromMs, toMs, limit }),
          readUncounted(pool, tenant, flow),
        ]);
        const open = await readOpenCasesAt(source, tenant, places.places);
        send(200, {
          ...{ flow, from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), behind },
          open: open.map((one) => shownOpenCase(one, tenant, temporal)),
          closed: closed.map((one) => shownClosed(one, { tenant, flow }, temporal)),
        });
      },
  }),
];
