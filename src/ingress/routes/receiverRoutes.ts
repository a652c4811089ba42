/** Receivers that answered 410 Gone, and switching them on again. */
import { enableReceiver, listReceivers } from '../../actions/receivers.ts';
import { receiver, receiverList } from '../../wire/action.ts';
import { receiverExample } from '../../wire/examples.ts';
import { pageExample, pageQuery } from '../../wire/list.ts';
import { receiverParam } from '../../wire/params.ts';
import { writeCursor } from '../http/cursor.ts';
import { toListQuery } from '../http/listQuery.ts';
import { notFound } from '../http/notFound.ts';
import { type Route, route } from './route.ts';

/** A cursor names the last one read by what follows. */
const PREFIX = 'rcv_';

export const receiverRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/receivers',
    id: 'listReceivers',
    tag: 'actions',
    summary: 'Receivers that answered 410: nothing is sent to those that are disabled',
    scopes: ['read'],
    query: pageQuery,
    answers: { 200: { description: 'A page', schema: receiverList, example: pageExample(receiverExample) } },
    handler:
      ({ pool }) =>
      async ({ caller, query, send }) => {
        const { after, limit } = toListQuery(query);
        const [read] = after.keys();
        const from = read === undefined ? {} : { after: PREFIX + read };
        const { receivers: items, more } = await listReceivers(pool, caller.tenant, { ...from, limit });
        const last = items.at(-1)?.id.slice(PREFIX.length) ?? read;
        send(200, { items, next: writeCursor(new Map(last === undefined ? [] : [[last, 1]])), more });
      },
  }),
  route({
    method: 'POST',
    path: '/v1/receivers/:receiver/enable',
    id: 'enableReceiver',
    tag: 'actions',
    summary: 'Send to a receiver again',
    scopes: ['admin'],
    params: { receiver: receiverParam },
    answers: {
      200: { description: 'It is enabled', schema: receiver, example: { ...receiverExample, state: 'enabled', disabledAt: null } },
    },
    handler:
      ({ pool }) =>
      async ({ caller: { tenant, actor }, params: { receiver: id = '' }, send }) => {
        const enabled = /^rcv_[0-9a-f]{16}$/.test(id) ? await enableReceiver(pool, { tenant, id, actor }) : null;
        if (enabled === null) throw notFound('receiver');
        send(200, enabled);
      },
  }),
];
