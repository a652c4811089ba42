import { useQuery } from '@tanstack/react-query';
import type { StoredEvent } from '../../../wire/event.ts';
import type { Page } from '../../../wire/list.ts';
import { ask } from '../../read/call.ts';
import { useLive } from '../../read/useLive.ts';

const LOOK_EVERY_MS = 2000;

/** Whether anything was ever sent here: a service that is new has another page than one where it is quiet. */
export function useFirstEvent(): 'some' | 'none' | 'unknown' {
  const { total } = useLive();
  const { data } = useQuery({
    queryKey: ['first event'],
    queryFn: () => ask<Page<StoredEvent>>('/v1/events?limit=1'),
    refetchInterval: ({ state }) => (state.data?.items.length === 0 ? LOOK_EVERY_MS : false),
    enabled: total === 0,
  });
  if (total > 0) return 'some';
  if (data === undefined) return 'unknown';
  return data.items.length === 0 ? 'none' : 'some';
}
