/** What waits in cases: the oldest first, by what it waits for. */
import { readOpenCasesAt, readOpenFeed } from '../../cases/readOpen.ts';
import { readHeads } from '../../log/read/feed.ts';
import { pageExample } from '../../wire/list.ts';
import { openCaseExample, openCaseList, openCasesQuery } from '../../wire/openCase.ts';
import { toListQuery } from '../http/listQuery.ts';
import { sendPage, textsOf } from '../http/sendPage.ts';
import { type Route, route } from './route.ts';
import { shownOpenCase } from './shownOpenCase.ts';

export const openCaseRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/cases',
    id: 'listOpenCases',
    tag: 'flows',
    summary: 'Events whose case is open, the oldest first, and what each waits for',
    scopes: ['read'],
    query: openCasesQuery,
    answers: { 200: { description: 'A page', schema: openCaseList, example: pageExample(openCaseExample) } },
    handler:
      ({ pool, temporal }) =>
      async ({ response, caller: { tenant }, query }) => {
        const { after, limit, filters } = toListQuery(query);
        const heads = await readHeads(pool, tenant);
        const upTo = new Map([...heads].filter(([log]) => !log.endsWith('/cases') && (filters.flow === undefined || log === filters.flow)));
        const page = await readOpenFeed(pool, filters.state, { tenant, upTo, after, limit });
        const source = { pool, caseIds: temporal.caseIds };
        await sendPage(response, page, async (places) => {
          const cases = await readOpenCasesAt(source, tenant, places);
          return textsOf(cases.map((one) => shownOpenCase(one, tenant, temporal)));
        });
      },
  }),
];
