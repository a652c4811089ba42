import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { Timeline } from '../../wire/flow.ts';
import { ask, queryText } from './call.ts';

const PAGE = 1000;
/** As much as a page shows of one subject; the API has the rest. */
export const STEPS_MAX = 10_000;
const LOOK_EVERY_MS = 5000;

const pathOf = (flow: string, subject: string): string => `/v1/flows/${encodeURIComponent(flow)}/subjects/${encodeURIComponent(subject)}`;

/** Page after page, from where the last reading ended: what was read once does not change. */
async function readOn(path: string, before: Timeline | undefined): Promise<Timeline> {
  let { items, next } = before ?? { items: [], next: undefined };
  for (;;) {
    const page = await ask<Timeline>(`${path}${queryText({ limit: PAGE, after: next })}`);
    items = page.items.length === 0 ? items : [...items, ...page.items];
    next = page.next;
    if (!page.more || items.length >= STEPS_MAX) return { ...page, items };
  }
}

export function useTimeline(flow: string, subject: string): UseQueryResult<Timeline> {
  const path = pathOf(flow, subject);
  return useQuery({
    queryKey: ['timeline', path],
    queryFn: ({ client, queryKey }) => readOn(path, client.getQueryData<Timeline>(queryKey)),
    refetchInterval: LOOK_EVERY_MS,
  });
}
