/** Decisions: a feed in pages, or streamed as NDJSON up to what was there when the stream began. */
import type { Response } from 'express';
import { readTaken } from '../../actions/readActions.ts';
import { parseId } from '../../domain/ids.ts';
import { readLlmCalls } from '../../llm/record/calls.ts';
import type { Pool } from '../../log/db/database.ts';
import { readDecision, readDecisions } from '../../log/read/decisions.ts';
import { readEvent } from '../../log/read/events.ts';
import { type FeedSource, type Positions, type Reading, readFeed, readHeads, readNewest } from '../../log/read/feed.ts';
import { readTruth } from '../../outcomes/readOutcomes.ts';
import { type DecisionItem, decisionDetail, decisionItem, decisionList, decisionsQuery } from '../../wire/decision.ts';
import { decisionDetailExample, decisionItemExample } from '../../wire/examples.ts';
import { LIST_LIMIT_MAX, pageExample } from '../../wire/list.ts';
import { decisionParam } from '../../wire/params.ts';
import { receiptOf, subjectPath } from '../accept/receipt.ts';
import { writeCursor } from '../http/cursor.ts';
import { lastOf, toListQuery } from '../http/listQuery.ts';
import { notFound } from '../http/notFound.ts';
import { sendPage, textsOf, writeText } from '../http/sendPage.ts';
import { NDJSON, type Route, route } from './route.ts';
import { shownCall } from './shownCall.ts';

type Filters = { subject?: string | undefined; outcome?: string | undefined };

function decisionsSource({ subject, outcome }: Filters, flow: string | undefined): FeedSource {
  const wanted = [
    ['flow', subject === undefined ? undefined : flow],
    ['subject', subject],
    ['outcome', outcome],
  ].filter((filter): filter is [string, string] => filter[1] !== undefined);
  return {
    table: 'decisions',
    logColumn: 'log',
    timeColumn: 'at',
    where: wanted.length === 0 ? 'true' : wanted.map(([column], at) => `t.${column} = $${at + 6}`).join(' and '),
    values: wanted.map(([, value]) => value),
    // a subject of a flow has an index; an outcome, or a subject of any flow, is looked for along the logs
    scan: outcome !== undefined || (subject !== undefined && flow === undefined),
    bytes: 'octet_length(t.body)',
  };
}

/** What there was when it began, in pages; less where the client leaves. Its end is known at once: it goes into a header. */
async function stream(
  pool: Pool,
  response: Response,
  { source, limit, ...reading }: Reading & { readonly source: FeedSource },
): Promise<void> {
  let after: Positions = reading.after;
  let left = limit;
  for (let more = true; more && left > 0 && !response.destroyed; ) {
    const page = await readFeed(pool, source, { ...reading, after, limit: Math.min(left, LIST_LIMIT_MAX) });
    const items = await readDecisions(pool, reading.tenant, page.places);
    if (!response.headersSent) {
      const end = limit === Number.POSITIVE_INFINITY ? new Map([...reading.after, ...reading.upTo]) : page.next;
      response.writeHead(200, {
        'Content-Type': `${NDJSON}; charset=utf-8`,
        'X-Content-Type-Options': 'nosniff',
        'Signalbox-Next': writeCursor(end),
      });
    }
    if (items.length > 0) await writeText(response, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
    ({ next: after, more } = page);
    left -= items.length;
  }
  response.end();
}

export const decisionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/decisions',
    id: 'listDecisions',
    tag: 'decisions',
    summary: 'Decisions. With `Accept: application/x-ndjson` all that is there, a line each.',
    scopes: ['read'],
    query: decisionsQuery,
    answers: {
      200: {
        description: 'A page, or all in lines',
        schema: decisionList,
        example: pageExample(decisionItemExample),
        lines: { schema: decisionItem, example: `${JSON.stringify(decisionItemExample)}\n` },
        headers: { 'Signalbox-Next': 'With lines: the cursor to go on from' },
      },
    },
    handler:
      ({ pool }) =>
      async ({ request, response, caller: { tenant }, query }) => {
        const newest = lastOf(query);
        const { after, limit, limited, filters } = toListQuery(query);
        const { flow } = filters;
        const heads = await readHeads(pool, tenant);
        const upTo = new Map([...heads].filter(([log]) => flow === undefined || log === flow || log === `${flow}/cases`));
        const source = decisionsSource(filters, flow);
        if (request.headers.accept?.includes(NDJSON) === true) {
          await stream(pool, response, { source, tenant, upTo, after, limit: limited ? limit : Number.POSITIVE_INFINITY });
          return;
        }
        const page =
          newest === null
            ? await readFeed(pool, source, { tenant, upTo, after, limit })
            : await readNewest(pool, source, { tenant, upTo, limit: newest });
        await sendPage(response, page, async (places) => textsOf<DecisionItem>(await readDecisions(pool, tenant, places)));
      },
  }),
  route({
    method: 'GET',
    path: '/v1/decisions/:decision',
    id: 'getDecision',
    tag: 'decisions',
    summary: 'A decision with its rungs and cost',
    scopes: ['read'],
    params: { decision: decisionParam },
    answers: { 200: { description: 'It', schema: decisionDetail, example: decisionDetailExample } },
    handler:
      ({ pool, temporal }) =>
      async ({ caller, params, send }) => {
        const place = parseId('dec', String(params.decision));
        if (place === null || place.tenant !== caller.tenant || !/^\d{1,4}$/.test(place.tail ?? '')) throw notFound('decision');
        const [kept, event, truth, calls] = await Promise.all([
          readDecision(pool, place, Number(place.tail)),
          readEvent({ pool, caseIds: temporal.caseIds }, place),
          readTruth(pool, place),
          readLlmCalls(pool, { tenant: place.tenant, flow: place.log }, [place.position]),
        ]);
        if (kept === null || event === null) throw notFound('decision');
        const { item, rungs } = kept;
        const actions = await readTaken(pool, { tenant: place.tenant, flow: place.log, eventPosition: place.position, decision: item.id });
        const { workflow, links } = receiptOf({ ...event, decision: item }, temporal);
        const costUsd = rungs.reduce((sum, rung) => sum + (rung.costUsd ?? 0), 0);
        const subject = subjectPath(item.flow, item.subject);
        const llmCalls = calls.map(shownCall);
        send(200, { ...item, rungs: [...rungs], costUsd, truth, actions, llmCalls, workflow, links: { ...links, subject } });
      },
  }),
];
