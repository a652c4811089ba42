/** Events: those that are stored. */
import { parseId } from '../../domain/ids.ts';
import type { Pool } from '../../log/db/database.ts';
import { findOriginal } from '../../log/door/originals.ts';
import { EVENT_BYTES, type EventSource, findAdoption, findEvent, findEventsOf, readEvent, readEvents } from '../../log/read/events.ts';
import { type FeedPage, type FeedSource, type Positions, readFeed, readHeads, readNewest } from '../../log/read/feed.ts';
import { eventList, eventsQuery, storedEvent } from '../../wire/event.ts';
import { storedEventExample } from '../../wire/examples.ts';
import { pageExample } from '../../wire/list.ts';
import { eventParam } from '../../wire/params.ts';
import { madeEventExample } from '../../wire/webhookExamples.ts';
import { sendText } from '../http/answer.ts';
import { lastOf, toListQuery } from '../http/listQuery.ts';
import { notFound } from '../http/notFound.ts';
import { sendPage } from '../http/sendPage.ts';
import { shownOriginal } from '../mapping/shownOriginal.ts';
import { type Route, route } from './route.ts';
import { storedEventText } from './storedEventText.ts';

type Filters = { source?: string | undefined; id?: string | undefined; flow?: string | undefined; type?: string | undefined };

interface Wanted {
  /** `end`: what comes from now on. */
  readonly after: Positions | 'end';
  readonly limit: number;
  readonly filters: Filters;
}

async function pageOf(events: EventSource, tenant: string, { after: given, limit, filters }: Wanted): Promise<FeedPage> {
  const { pool } = events;
  const { source, id, flow, type } = filters;
  const heads = await readHeads(pool, tenant);
  const upTo = new Map([...heads].filter(([log]) => !log.endsWith('/cases') && (flow === undefined || log === flow)));
  const after = given === 'end' ? upTo : given;
  if (source === undefined && id !== undefined && flow === undefined && type === undefined)
    return pageOfId(pool, { tenant, upTo, after, limit, id });
  if (source === undefined || id === undefined) return readFeed(pool, entriesSource(filters), { tenant, upTo, after, limit });
  const accepted = await findEvent(pool, tenant, { source, id });
  const elsewhere = accepted !== null && flow !== undefined && accepted.log !== flow;
  const place = elsewhere ? await findAdoption(pool, tenant, flow, accepted) : accepted;
  const there = place !== null && upTo.has(place.log) && (after.get(place.log) ?? 0) < place.position;
  const kept = there ? await readEvent(events, { tenant, ...place }) : null;
  const wanted = kept !== null && (type === undefined || kept.type === type);
  return { places: wanted ? [kept] : [], next: new Map([...after, ...upTo]), more: false };
}

async function newestOf(pool: Pool, tenant: string, { limit, filters }: Omit<Wanted, 'after'>): Promise<FeedPage> {
  const heads = await readHeads(pool, tenant);
  const upTo = new Map([...heads].filter(([log]) => !log.endsWith('/cases') && (filters.flow === undefined || log === filters.flow)));
  return readNewest(pool, entriesSource(filters), { tenant, upTo, limit });
}

/** Events of 1 MiB each: a page holds 4 MiB. */
const SAME_ID_MAX = 4;

/** Of all senders who gave an event this id. */
async function pageOfId(
  pool: Pool,
  { tenant, upTo, after, limit, id }: { tenant: string; upTo: Positions; after: Positions; limit: number; id: string },
): Promise<FeedPage> {
  const found = await findEventsOf(pool, tenant, id);
  const left = found.filter(({ log, position }) => upTo.has(log) && (after.get(log) ?? 0) < position);
  const places = left.slice(0, Math.min(limit, SAME_ID_MAX));
  if (places.length === left.length) return { places, next: new Map([...after, ...upTo]), more: false };
  return { places, next: new Map([...after, ...places.map(({ log, position }) => [log, position] as const)]), more: true };
}

export const eventRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/events',
    id: 'listEvents',
    tag: 'events',
    summary: 'Stored events',
    scopes: ['read'],
    query: eventsQuery,
    answers: { 200: { description: 'A page', schema: eventList, example: pageExample(storedEventExample) } },
    handler: ({ pool, temporal }) => {
      const events = { pool, caseIds: temporal.caseIds };
      return async ({ response, caller: { tenant }, query: { after, ...query } }) => {
        const { after: from, limit, filters } = toListQuery(after === undefined || after === 'end' ? query : { ...query, after });
        // whoever follows the log from now on has no cursor yet, and should not have to read all of it to get one
        const newest = lastOf({ after, ...query });
        const page =
          newest !== null
            ? await newestOf(pool, tenant, { limit: newest, filters })
            : await pageOf(events, tenant, { after: after === 'end' ? after : from, limit, filters });
        await sendPage(response, page, async (places) => {
          const found = await readEvents(events, tenant, places);
          return found.map((event) => storedEventText(event, temporal));
        });
      };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/events/:event',
    id: 'getEvent',
    tag: 'events',
    summary: 'A stored event and what became of it',
    scopes: ['read'],
    params: { event: eventParam },
    answers: { 200: { description: 'It', schema: storedEvent, example: storedEventExample, otherExamples: { webhook: madeEventExample } } },
    handler:
      ({ pool, temporal }) =>
      async ({ response, caller, params }) => {
        const place = parseId('evt', String(params.event));
        const known = place !== null && place.tenant === caller.tenant;
        const event = known ? await readEvent({ pool, caseIds: temporal.caseIds }, place) : null;
        if (event === null) throw notFound('event');
        const original = await findOriginal(pool, caller.tenant, event);
        sendText(response, 200, storedEventText(event, temporal, original === null ? {} : { came: shownOriginal(original) }));
      },
  }),
];

/**
 * A source without an id, a type and an id among others have no index: they are looked for along the logs. Each event is listed where
 * it was accepted; of one flow, those that it took over are too.
 */
function entriesSource({ source, id, flow, type }: Filters): FeedSource {
  const wanted = [
    ['source', source],
    ['id', id],
    ['type', type],
  ].filter((filter): filter is [string, string] => filter[1] !== undefined);
  return {
    table: 'entries',
    logColumn: 'log',
    timeColumn: 'accepted_at',
    where: [
      flow === undefined ? "t.kind = 'event'" : "t.kind in ('event', 'adopt')",
      ...wanted.map(([column], at) => `t.${column} = $${at + 6}`),
    ].join(' and '),
    values: wanted.map(([, value]) => value),
    scan: wanted.length > 0,
    bytes: EVENT_BYTES,
  };
}
