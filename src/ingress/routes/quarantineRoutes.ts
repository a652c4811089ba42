/** Events that their flow could not fold, and trying them again. */
import { SignalboxError } from '../../domain/errors.ts';
import { parseId } from '../../domain/ids.ts';
import { EVENT_BYTES, type KeptEvent, readEvent, readEvents } from '../../log/read/events.ts';
import { type FeedSource, readFeed, readHeads } from '../../log/read/feed.ts';
import { type QuarantinedEvent, quarantineList, quarantineQuery } from '../../wire/event.ts';
import { decidedExample, quarantinedExample } from '../../wire/examples.ts';
import { pageExample } from '../../wire/list.ts';
import { eventParam } from '../../wire/params.ts';
import { receipt } from '../../wire/receipt.ts';
import { receiptOf, type TemporalWeb } from '../accept/receipt.ts';
import { toListQuery } from '../http/listQuery.ts';
import { notFound } from '../http/notFound.ts';
import { sendPage } from '../http/sendPage.ts';
import { previewedAs } from './previewedAs.ts';
import { type Route, route } from './route.ts';

/** The condition of the partial index, written out so that the planner sees it. */
const QUARANTINED: FeedSource = {
  table: 'entries',
  logColumn: 'log',
  timeColumn: 'accepted_at',
  where: "t.ending = 'quarantined'",
  values: [],
  scan: false,
  bytes: EVENT_BYTES,
};

const receiptNow = (event: KeptEvent, temporal: TemporalWeb) => receiptOf({ ...event, decision: event.decisions.at(-1) ?? null }, temporal);

function quarantined(event: KeptEvent, temporal: TemporalWeb): QuarantinedEvent {
  const { type, acceptedAt, note: reason } = event;
  return { ...receiptNow(event, temporal), type, acceptedAt: acceptedAt.toISOString(), reason };
}

export const quarantineRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/quarantine',
    id: 'listQuarantine',
    tag: 'events',
    summary: 'Events that their flow could not fold',
    scopes: ['read'],
    query: quarantineQuery,
    answers: { 200: { description: 'A page', schema: quarantineList, example: pageExample(quarantinedExample) } },
    handler:
      ({ pool, temporal }) =>
      async ({ response, caller: { tenant }, query }) => {
        const { after, limit, filters } = toListQuery(query);
        const heads = await readHeads(pool, tenant);
        const upTo = new Map([...heads].filter(([log]) => !log.endsWith('/cases') && (filters.flow === undefined || log === filters.flow)));
        const page = await readFeed(pool, QUARANTINED, { tenant, upTo, after, limit });
        await sendPage(response, page, async (places) => {
          const events = await readEvents({ pool, caseIds: temporal.caseIds }, tenant, places);
          return events.map((event) => JSON.stringify(quarantined(event, temporal)));
        });
      },
  }),
  route({
    method: 'POST',
    path: '/v1/quarantine/:event/redrive',
    id: 'redriveEvent',
    tag: 'events',
    summary: 'Fold an event now: one in quarantine, or one that was too late or had expired when it came',
    scopes: ['admin'],
    params: { event: eventParam },
    headers: { 'If-Match': 'The `etag` of a preview: what it told is done, or nothing (412)' },
    answers: { 200: { description: 'What became of it', schema: receipt, example: decidedExample } },
    handler:
      ({ pool, temporal, redrive }) =>
      async ({ request, caller, params, send }) => {
        const place = parseId('evt', String(params.event));
        if (place === null || place.tenant !== caller.tenant) throw notFound('event');
        const ending = await redrive({
          tenant: place.tenant,
          log: place.log,
          position: place.position,
          ...previewedAs(request.headers['if-match']),
        });
        const event = ending === null ? null : await readEvent({ pool, caseIds: temporal.caseIds }, place);
        if (event === null) throw new SignalboxError('not-found', 'No such event is in quarantine, and none that was late or had expired');
        send(200, receiptNow(event, temporal));
      },
  }),
];
