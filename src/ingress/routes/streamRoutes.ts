/** What happens, as it happens: server-sent events that resume exactly. */
import type { IncomingMessage } from 'node:http';
import { streamExample } from '../../wire/examples.ts';
import { STREAM_KINDS, type StreamKind, streamQuery } from '../../wire/stream.ts';
import { readStreamCursor } from '../http/cursor.ts';
import { type Route, route } from './route.ts';

/** Stored events are asked for by name: they may be large. */
const DEFAULT_KINDS = STREAM_KINDS.filter((kind) => kind !== 'event');

/** A browser that comes again sends the header, to the address that it began with: the header is newer. */
function lastId(request: IncomingMessage, after: string | undefined): string | undefined {
  const header = request.headers['last-event-id'];
  return typeof header === 'string' && header !== '' ? header : after;
}

export const streamRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/stream',
    id: 'stream',
    tag: 'operations',
    summary: 'Decisions, approvals, figures and health as server-sent events, from a cursor on',
    scopes: ['read'],
    query: streamQuery,
    headers: { 'Last-Event-ID': 'The `id` of the last frame that was read: the stream goes on behind it' },
    answers: { 200: { description: 'Frames, until either side ends it', type: 'text/event-stream', example: streamExample } },
    handler:
      ({ streams }) =>
      async ({ request, response, caller, query, recheck }) => {
        const id = lastId(request, query.after);
        const kinds = query.kinds === undefined ? DEFAULT_KINDS : (query.kinds.split(',') as StreamKind[]);
        await streams.serve({
          ...{ request, response, caller, recheck, kinds: new Set(kinds), flow: query.flow ?? null },
          after: id === undefined ? null : id === 'start' ? new Map() : readStreamCursor(id),
        });
      },
  }),
];
