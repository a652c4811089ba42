/** Watches that are open: what flows wait for that may not come. */
import { readWatches } from '../../log/watch/readWatches.ts';
import { watchExample } from '../../wire/examples.ts';
import { pageExample } from '../../wire/list.ts';
import { watchesQuery, watchList } from '../../wire/watch.ts';
import { writeCursor } from '../http/cursor.ts';
import { toListQuery } from '../http/listQuery.ts';
import { type Route, route } from './route.ts';

export const watchRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/watches',
    id: 'listWatches',
    tag: 'flows',
    summary: 'What flows wait for that may not come',
    scopes: ['read'],
    query: watchesQuery,
    answers: { 200: { description: 'A page', schema: watchList, example: pageExample(watchExample) } },
    handler:
      ({ pool, flows }) =>
      async ({ caller: { tenant }, query, send }) => {
        const { after, limit, filters } = toListQuery(query);
        const names = flows.map(({ name }) => name).filter((name) => filters.flow === undefined || name === filters.flow);
        const filter = { tenant, flows: names, subject: filters.subject ?? null };
        const { items, next, more } = await readWatches(pool, filter, { after, limit });
        send(200, { items: [...items], next: writeCursor(next), more });
      },
  }),
];
