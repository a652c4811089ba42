/** Events, decisions and approvals by any fragment of their ids and words. */
import { z } from 'zod';
import { SignalboxError } from '../../domain/errors.ts';
import { readSearch, type SearchPlace } from '../../log/search/readSearch.ts';
import { pageExample } from '../../wire/list.ts';
import { foundExample, foundList, SEARCH_CHARS_MIN, searchQuery } from '../../wire/search.ts';
import { type Route, route } from './route.ts';

const LIMIT = 100;
const place = z.strictObject({
  at: z.string().regex(/^\d{4}-\d\d-\d\d [\d:.+-]{8,30}$/),
  log: z.string().max(80),
  position: z.number().int(),
  kind: z.string().max(20),
});

const written = (at: SearchPlace | null): string => (at === null ? 'e30' : Buffer.from(JSON.stringify(at)).toString('base64url'));

/** Throws `bad-query` for anything that is no cursor of a search. */
function readAfter(text: string | undefined): SearchPlace | null {
  if (text === undefined || text === 'e30') return null;
  try {
    return place.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    const errors = [{ pointer: '/after', detail: 'must be a cursor that a search gave' }];
    throw new SignalboxError('bad-query', 'Cannot read the cursor', { errors });
  }
}

export const searchRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/search',
    id: 'search',
    tag: 'operations',
    summary: 'Events, decisions and approvals by a fragment of an id, subject, type, outcome or reason; the newest first',
    scopes: ['read'],
    query: searchQuery,
    answers: { 200: { description: 'A page', schema: foundList, example: pageExample(foundExample) } },
    handler:
      ({ pool }) =>
      async ({ caller: { tenant }, query: { q, after, limit, ...narrow }, send }) => {
        if ([...q.trim()].length < SEARCH_CHARS_MIN) {
          const errors = [{ pointer: '/q', detail: `must have ${SEARCH_CHARS_MIN} characters at least` }];
          throw new SignalboxError('fragment-too-short', undefined, { errors });
        }
        const page = await readSearch(pool, { tenant, text: q.trim(), ...narrow, after: readAfter(after), limit: Number(limit ?? LIMIT) });
        send(200, { items: page.items, next: written(page.next), more: page.more });
      },
  }),
];
