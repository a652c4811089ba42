/** Actions: what followed from decisions and how it went. Dead letters are sent again from here. */
import { Router } from 'express';
import type { ActionKey } from '../../actions/actions.ts';
import { readAction, readActions } from '../../actions/readActions.ts';
import { parseId } from '../../domain/ids.ts';
import { readHeads } from '../../log/read/feed.ts';
import { type ActionItem, actionsQuery } from '../../wire/action.ts';
import { subjectPath } from '../accept/receipt.ts';
import { allowOnly } from '../http/allowOnly.ts';
import { sendJson } from '../http/answer.ts';
import { type Authenticate, callerOf } from '../http/authenticate.ts';
import { writeCursor } from '../http/cursor.ts';
import { readListQuery } from '../http/listQuery.ts';
import { notFound } from '../http/notFound.ts';
import type { IngressDeps } from './ingressDeps.ts';

/** An id of another tenant is as unknown as one that never was. */
function keyOf(id: unknown, tenant: string): ActionKey {
  const place = parseId('act', String(id));
  if (place === null || place.tenant !== tenant || place.tail === null) throw notFound('action');
  return { tenant, flow: place.log, eventPosition: place.position, action: place.tail };
}

function shown<Item extends ActionItem>(action: Item): Item & { links: Record<string, string> } {
  const { id, event, decision, flow, subject } = action;
  const self = `/v1/actions/${id}`;
  const links = { self, event: `/v1/events/${event.event}`, decision: `/v1/decisions/${decision}`, subject: subjectPath(flow, subject) };
  return { ...action, links: action.state === 'dead' ? { ...links, redrive: `${self}/redrive` } : links };
}

export function actionRoutes({ pool, redriveAction }: IngressDeps, authenticate: Authenticate): Router {
  const router = Router();

  async function one(key: ActionKey): Promise<object> {
    const action = await readAction(pool, key);
    if (action === null) throw notFound('action');
    return shown(action);
  }

  router.get('/v1/actions', authenticate('read'), async (request, response) => {
    const { tenant } = callerOf(response);
    const { after, limit, filters } = readListQuery(actionsQuery, request.query);
    const heads = [...(await readHeads(pool, tenant))].filter(([log]) => log.endsWith('/cases'));
    const flows = heads.map(([log, position]) => [log.slice(0, -'/cases'.length), position] as const);
    const upTo = new Map(flows.filter(([flow]) => filters.flow === undefined || flow === filters.flow));
    const { actions, page } = await readActions(pool, filters.state ?? 'all', { tenant, upTo, after, limit });
    sendJson(response, 200, { items: actions.map(shown), next: writeCursor(page.next), more: page.more });
  });

  router.get('/v1/actions/:action', authenticate('read'), async (request, response) => {
    sendJson(response, 200, await one(keyOf(request.params.action, callerOf(response).tenant)));
  });

  router.post('/v1/actions/:action/redrive', authenticate('admin'), async (request, response) => {
    const { tenant, actor } = callerOf(response);
    const key = keyOf(request.params.action, tenant);
    if (!(await redriveAction({ ...key, actor }))) throw notFound('action');
    sendJson(response, 200, await one(key));
  });

  router.all('/v1/actions', allowOnly('GET, HEAD'));
  router.all('/v1/actions/:action', allowOnly('GET, HEAD'));
  router.all('/v1/actions/:action/redrive', allowOnly('POST'));
  return router;
}
