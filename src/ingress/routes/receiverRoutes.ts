/** Receivers that answered 410 Gone, and switching them on again. */
import { Router } from 'express';
import { enableReceiver, listReceivers } from '../../actions/receivers.ts';
import { pageQuery } from '../../wire/list.ts';
import { allowOnly } from '../http/allowOnly.ts';
import { sendJson } from '../http/answer.ts';
import { type Authenticate, callerOf } from '../http/authenticate.ts';
import { writeCursor } from '../http/cursor.ts';
import { readListQuery } from '../http/listQuery.ts';
import { notFound } from '../http/notFound.ts';
import type { IngressDeps } from './ingressDeps.ts';

/** A cursor names the last one read by what follows. */
const PREFIX = 'rcv_';

export function receiverRoutes({ pool }: IngressDeps, authenticate: Authenticate): Router {
  const router = Router();

  router.get('/v1/receivers', authenticate('read'), async (request, response) => {
    const { after, limit } = readListQuery(pageQuery, request.query);
    const [read] = after.keys();
    const from = read === undefined ? {} : { after: PREFIX + read };
    const { receivers: items, more } = await listReceivers(pool, callerOf(response).tenant, { ...from, limit });
    const last = items.at(-1)?.id.slice(PREFIX.length) ?? read;
    sendJson(response, 200, { items, next: writeCursor(new Map(last === undefined ? [] : [[last, 1]])), more });
  });

  router.post('/v1/receivers/:receiver/enable', authenticate('admin'), async (request, response) => {
    const { tenant, actor } = callerOf(response);
    const id = String(request.params.receiver);
    const receiver = /^rcv_[0-9a-f]{16}$/.test(id) ? await enableReceiver(pool, { tenant, id, actor }) : null;
    if (receiver === null) throw notFound('receiver');
    sendJson(response, 200, receiver);
  });

  router.all('/v1/receivers', allowOnly('GET, HEAD'));
  router.all('/v1/receivers/:receiver/enable', allowOnly('POST'));
  return router;
}
