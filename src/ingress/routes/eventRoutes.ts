/** Stored events. Their bodies go out as the text that is stored: parsing it again would round its big numbers. */
import { Router } from 'express';
import { eventId, parseId } from '../../domain/ids.ts';
import { findAdoption, findEvent, type KeptEvent, readEvent, readEvents } from '../../log/read/events.ts';
import { type FeedPage, type FeedSource, readFeed, readHeads } from '../../log/read/feed.ts';
import { eventsQuery } from '../../wire/event.ts';
import { receiptOf, type TemporalWeb } from '../accept/receipt.ts';
import { allowOnly } from '../http/allowOnly.ts';
import { sendText } from '../http/answer.ts';
import { type Authenticate, callerOf } from '../http/authenticate.ts';
import { writeCursor } from '../http/cursor.ts';
import { type ListQuery, readListQuery } from '../http/listQuery.ts';
import { notFound } from '../http/notFound.ts';
import type { IngressDeps } from './ingressDeps.ts';

type Filters = { source?: string | undefined; id?: string | undefined; flow?: string | undefined; type?: string | undefined };

export function eventRoutes({ pool, temporal }: IngressDeps, authenticate: Authenticate): Router {
  const router = Router();
  const events = { pool, caseIds: temporal.caseIds };

  async function page(tenant: string, { after: given, limit, filters }: ListQuery<Filters>, fromEnd: boolean): Promise<FeedPage> {
    const { source, id, flow, type } = filters;
    const heads = await readHeads(pool, tenant);
    const upTo = new Map([...heads].filter(([log]) => !log.endsWith('/cases') && (flow === undefined || log === flow)));
    const after = fromEnd ? upTo : given;
    if (source === undefined || id === undefined) return readFeed(pool, entriesSource(filters), { tenant, upTo, after, limit });
    const accepted = await findEvent(pool, tenant, { source, id });
    const elsewhere = accepted !== null && flow !== undefined && accepted.log !== flow;
    const place = elsewhere ? await findAdoption(pool, tenant, flow, accepted) : accepted;
    const there = place !== null && upTo.has(place.log) && (after.get(place.log) ?? 0) < place.position;
    const kept = there ? await readEvent(events, { tenant, ...place }) : null;
    const wanted = kept !== null && (type === undefined || kept.type === type);
    return { places: wanted ? [kept] : [], next: new Map([...after, ...upTo]), more: false };
  }

  router.get('/v1/events', authenticate('read'), async (request, response) => {
    const { tenant } = callerOf(response);
    // whoever follows the log from now on has no cursor yet, and should not have to read all of it to get one
    const fromEnd = request.query.after === 'end';
    const query = readListQuery(eventsQuery, fromEnd ? { ...request.query, after: undefined } : request.query);
    const { places, next, more } = await page(tenant, query, fromEnd);
    const found = await readEvents(events, tenant, places);
    const items = found.map((event) => storedEventText(event, temporal));
    sendText(response, 200, `{"items":[${items.join(',')}],"next":"${writeCursor(next)}","more":${more}}`);
  });

  router.get('/v1/events/:event', authenticate('read'), async (request, response) => {
    const place = parseId('evt', String(request.params.event));
    const event = place === null || place.tenant !== callerOf(response).tenant ? null : await readEvent(events, place);
    if (event === null) throw notFound('event');
    sendText(response, 200, storedEventText(event, temporal));
  });

  router.all('/v1/events', allowOnly('GET, HEAD, POST'));
  router.all('/v1/events/:event', allowOnly('GET, HEAD'));
  return router;
}

/**
 * An id without its source, a source without an id and a type have no index: they are looked for along the logs. Each event is listed where
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
  };
}

function storedEventText(event: KeptEvent, temporal: TemporalWeb): string {
  const { acceptedAt, position, decisions, body, adoptions, origin } = event;
  const receipt = receiptOf({ ...event, decision: decisions.at(-1) ?? null }, temporal);
  const adopted = {
    ...(adoptions.length === 0 ? {} : { adoptions: adoptions.map(eventId) }),
    ...(origin === null ? {} : { adoptedFrom: eventId(origin) }),
  };
  const text = JSON.stringify({ ...receipt, acceptedAt: acceptedAt.toISOString(), position, decisions, ...adopted });
  return `${text.slice(0, -1)},"cloudevent":${body ?? 'null'}}`;
}
