/** Query strings of lists: `after`, `limit` and the filters that a list has. Anything else is refused, not ignored. */
import type { z } from 'zod';
import { SignalboxError } from '../../domain/errors.ts';
import { OUR_WORDS, shapeFaults } from '../../domain/shapeFaults.ts';
import type { Positions } from '../../log/read/feed.ts';
import { readCursor } from './cursor.ts';

const LIMIT = 100;

export interface ListQuery<Filters> {
  readonly after: Positions;
  readonly limit: number;
  /** Whether the caller named a limit: a stream ends there. */
  readonly limited: boolean;
  readonly filters: Filters;
}

/** Throws `bad-query` that names every fault. */
export function parseQuery<Parameters>(schema: z.ZodType<Parameters>, query: unknown): Parameters {
  const parsed = schema.safeParse(query, OUR_WORDS);
  if (parsed.success) return parsed.data;
  const errors = shapeFaults(schema, parsed.error);
  throw new SignalboxError(
    'bad-query',
    `Cannot read the query: ${errors.map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}`).join('; ')}`,
    { errors },
  );
}

/** The newest so many; null: a page is asked for. Throws `bad-query` for both at once. */
export function lastOf({
  last,
  after,
  limit,
}: {
  last?: string | undefined;
  after?: string | undefined;
  limit?: string | undefined;
}): number | null {
  if (last === undefined) return null;
  if (after === undefined && limit === undefined) return Number(last);
  const errors = [{ pointer: '/last', detail: 'stands alone, without after and limit' }];
  throw new SignalboxError('bad-query', 'Cannot read the query: last stands alone, without after and limit', { errors });
}

/** Of a list's parameters, which were parsed. Throws `bad-query` where the cursor is none. */
export function toListQuery<Parameters extends { after?: string | undefined; limit?: string | undefined }>(
  parameters: Parameters,
): ListQuery<Omit<Parameters, 'after' | 'limit'>> {
  const { after, limit, ...filters } = parameters;
  return {
    after: after === undefined ? new Map() : readCursor(after),
    limit: Number(limit ?? LIMIT),
    limited: limit !== undefined,
    filters,
  };
}
