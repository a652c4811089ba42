/** Events that their flow could not fold, and trying them again. */
import { Router } from 'express';
import { SignalboxError } from '../../domain/errors.ts';
import { parseId } from '../../domain/ids.ts';
import { readEvent, readEvents } from '../../log/read/events.ts';
import { type FeedSource, readFeed, readHeads } from '../../log/read/feed.ts';
import { quarantineQuery } from '../../wire/event.ts';
import { receiptOf } from '../accept/receipt.ts';
import { allowOnly } from '../http/allowOnly.ts';
import { sendJson } from '../http/answer.ts';
import { type Authenticate, callerOf } from '../http/authenticate.ts';
import { writeCursor } from '../http/cursor.ts';
import { readListQuery } from '../http/listQuery.ts';
import { notFound } from '../http/notFound.ts';
import type { IngressDeps } from './ingressDeps.ts';

/** The condition of the partial index, written out so that the planner sees it. */
const QUARANTINED: FeedSource = {
  table: 'entries',
  logColumn: 'log',
  timeColumn: 'accepted_at',
  where: "t.ending = 'quarantined'",
  values: [],
  scan: false,
};

export function quarantineRoutes({ pool, temporal, redrive }: IngressDeps, authenticate: Authenticate): Router {
  const router = Router();
  const stored = { pool, caseIds: temporal.caseIds };

  router.get('/v1/quarantine', authenticate('read'), async (request, response) => {
    const { tenant } = callerOf(response);
    const { after, limit, filters } = readListQuery(quarantineQuery, request.query);
    const heads = await readHeads(pool, tenant);
    const upTo = new Map([...heads].filter(([log]) => !log.endsWith('/cases') && (filters.flow === undefined || log === filters.flow)));
    const { places, next, more } = await readFeed(pool, QUARANTINED, { tenant, upTo, after, limit });
    const events = await readEvents(stored, tenant, places);
    const items = events.map((event) => {
      const { type, acceptedAt, note, decisions } = event;
      const receipt = receiptOf({ ...event, decision: decisions.at(-1) ?? null }, temporal);
      return { ...receipt, type, acceptedAt: acceptedAt.toISOString(), reason: note };
    });
    sendJson(response, 200, { items, next: writeCursor(next), more });
  });

  router.post('/v1/quarantine/:event/redrive', authenticate('admin'), async (request, response) => {
    const place = parseId('evt', String(request.params.event));
    if (place === null || place.tenant !== callerOf(response).tenant) throw notFound('event');
    const ending = await redrive({ tenant: place.tenant, log: place.log, position: place.position });
    const event = ending === null ? null : await readEvent(stored, place);
    if (event === null) throw new SignalboxError('not-found', 'No such event is in quarantine');
    sendJson(response, 200, receiptOf({ ...event, decision: event.decisions.at(-1) ?? null }, temporal));
  });

  router.all('/v1/quarantine', allowOnly('GET, HEAD'));
  router.all('/v1/quarantine/:event/redrive', allowOnly('POST'));
  return router;
}
