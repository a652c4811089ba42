/** Actions: what followed from decisions and how it went. Dead letters, and what was not sent, are sent again from here. */
import type { ActionKey } from '../../actions/actions.ts';
import { readAction, readActionFeed, readActions } from '../../actions/readActions.ts';
import { parseId } from '../../domain/ids.ts';
import type { Pool } from '../../log/db/database.ts';
import { readHeads } from '../../log/read/feed.ts';
import { type ActionDetail, type ActionItem, actionDetail, actionList, actionsQuery, undoRequest } from '../../wire/action.ts';
import { actionExample } from '../../wire/examples.ts';
import { pageExample } from '../../wire/list.ts';
import { actionParam } from '../../wire/params.ts';
import { subjectPath } from '../accept/receipt.ts';
import { jsonBody } from '../http/jsonBody.ts';
import { toListQuery } from '../http/listQuery.ts';
import { notFound } from '../http/notFound.ts';
import { sendPage, textsOf } from '../http/sendPage.ts';
import { previewedAs } from './previewedAs.ts';
import { type Route, route } from './route.ts';

/** An id of another tenant is as unknown as one that never was. */
function keyOf(id: string | undefined, tenant: string): ActionKey {
  const place = parseId('act', String(id));
  if (place === null || place.tenant !== tenant || place.tail === null) throw notFound('action');
  return { tenant, flow: place.log, eventPosition: place.position, action: place.tail };
}

function shown<Item extends ActionItem>(action: Item): Item & { links: Record<string, string> } {
  const { id, event, decision, flow, subject } = action;
  const self = `/v1/actions/${id}`;
  const links = { self, event: `/v1/events/${event.event}`, decision: `/v1/decisions/${decision}`, subject: subjectPath(flow, subject) };
  if (action.state === 'dead' || action.state === 'not-sent') return { ...action, links: { ...links, redrive: `${self}/redrive` } };
  return { ...action, links: action.nextTryAt === null ? links : { ...links, sendNow: `${self}/send-now` } };
}

async function one(pool: Pool, key: ActionKey): Promise<ActionDetail> {
  const action = await readAction(pool, key);
  if (action === null) throw notFound('action');
  return shown(action);
}

export const actionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/actions',
    id: 'listActions',
    tag: 'actions',
    summary: 'What followed from decisions; the dead letters with `state=dead`',
    scopes: ['read'],
    query: actionsQuery,
    answers: {
      200: { description: 'A page', schema: actionList, example: pageExample((({ message: _, ...item }) => item)(actionExample)) },
    },
    handler:
      ({ pool }) =>
      async ({ response, caller: { tenant }, query }) => {
        const { after, limit, filters } = toListQuery(query);
        const heads = [...(await readHeads(pool, tenant))].filter(([log]) => log.endsWith('/cases'));
        const flows = heads.map(([log, position]) => [log.slice(0, -'/cases'.length), position] as const);
        const event = filters.event === undefined ? undefined : parseId('evt', filters.event);
        if (event === null || (event !== undefined && event.tenant !== tenant)) throw notFound('event');
        const wanted = (flow: string): boolean => [filters.flow, event?.log].every((only) => only === undefined || only === flow);
        const upTo = new Map(flows.filter(([flow]) => wanted(flow)));
        const filter = { state: filters.state ?? 'all', eventPosition: event?.position ?? null };
        const page = await readActionFeed(pool, filter, { tenant, upTo, after, limit });
        await sendPage(response, page, async (places) => textsOf<ActionItem>((await readActions(pool, tenant, places)).map(shown)));
      },
  }),
  route({
    method: 'GET',
    path: '/v1/actions/:action',
    id: 'getAction',
    tag: 'actions',
    summary: 'An action, with what every try of it sends',
    scopes: ['read'],
    params: { action: actionParam },
    answers: { 200: { description: 'It', schema: actionDetail, example: actionExample } },
    handler:
      ({ pool }) =>
      async ({ caller, params, send }) =>
        send(200, await one(pool, keyOf(params.action, caller.tenant))),
  }),
  route({
    method: 'POST',
    path: '/v1/actions/:action/redrive',
    id: 'redriveAction',
    tag: 'actions',
    summary: 'Send a dead letter again, or one that was not sent as no webhook was configured, with the same key and bytes',
    scopes: ['admin'],
    params: { action: actionParam },
    headers: { 'If-Match': 'The `etag` of a preview: 412 where the action is not as it was then' },
    answers: {
      200: { description: 'It is planned again', schema: actionDetail, example: { ...actionExample, state: 'planned', error: null } },
    },
    handler:
      ({ pool, redriveAction }) =>
      async ({ request, caller: { tenant, actor }, params, send }) => {
        const key = keyOf(params.action, tenant);
        if (!(await redriveAction({ ...key, actor, ...previewedAs(request.headers['if-match']) }))) throw notFound('action');
        send(200, await one(pool, key));
      },
  }),
  route({
    method: 'POST',
    path: '/v1/actions/:action/undo',
    id: 'undoAction',
    tag: 'actions',
    summary: 'Take back what was done, by the undo that its policy names; the answer is the action that does it',
    scopes: ['approve'],
    params: { action: actionParam },
    body: jsonBody(undoRequest, { what: 'an undo', code: 'bad-request', example: { reason: 'It was the wrong customer' } }),
    answers: {
      200: {
        description: 'The action that takes it back is planned',
        schema: actionDetail,
        example: { ...actionExample, id: 'act_fraud.17.hold', action: 'hold', undoes: actionExample.id, state: 'planned', error: null },
      },
    },
    handler:
      ({ pool, undoAction }) =>
      async ({ caller: { tenant, actor }, params, body: { reason }, send }) => {
        const key = keyOf(params.action, tenant);
        const undo = await undoAction({ ...key, actor, reason });
        if (undo === null) throw notFound('action');
        send(200, await one(pool, { ...key, action: undo }));
      },
  }),
  route({
    method: 'POST',
    path: '/v1/actions/:action/send-now',
    id: 'sendActionNow',
    tag: 'actions',
    summary: 'Bring the next try of an action forward; it counts as the next of its schedule',
    scopes: ['admin'],
    params: { action: actionParam },
    answers: {
      200: { description: 'Its next try begins', schema: actionDetail, example: { ...actionExample, state: 'planned', nextTryAt: null } },
    },
    handler:
      ({ pool, sendNow }) =>
      async ({ caller: { tenant, actor }, params, send }) => {
        const key = keyOf(params.action, tenant);
        if (!(await sendNow({ ...key, actor }))) throw notFound('action');
        send(200, await one(pool, key));
      },
  }),
];
