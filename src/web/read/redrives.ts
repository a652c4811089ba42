/** Trying many anew: what it would do, and doing it. */
import { useQuery } from '@tanstack/react-query';
import type { ActionsPreview, EventsPreview } from '../../wire/preview.ts';
import { actionLines, eventLines, type PreviewLine } from '../../wire/previewLines.ts';
import { tell } from './call.ts';

/** What is tried anew: these, or all that fit. */
export interface Wanted {
  readonly what: 'events' | 'actions';
  readonly ids?: readonly string[];
  readonly filter?: Readonly<Record<string, string>>;
  /** The `next` of the preview before. */
  readonly after?: string;
}

export interface Previewed {
  readonly lines: readonly PreviewLine[];
  readonly total: EventsPreview['total'];
  readonly next: string | null;
}

async function preview({ what, ids, filter, after }: Wanted): Promise<Previewed> {
  const body = ids === undefined ? { ...filter, ...(after === undefined ? {} : { after }) } : { [what]: ids };
  if (what === 'events') {
    const told = await tell<EventsPreview>('/v1/preview/quarantine', body);
    return { lines: eventLines(told), total: told.total, next: told.next };
  }
  const told = await tell<ActionsPreview>('/v1/preview/actions', body);
  return { lines: actionLines(told), total: told.total, next: told.next };
}

/** As it was when it was asked for: it does not change under its reader. `opened` tells one asking from another. */
export const usePreview = (wanted: Wanted, opened: number) =>
  useQuery({
    queryKey: ['/v1/preview', wanted, opened],
    queryFn: () => preview(wanted),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });

/** Does what the line said, or nothing. */
export const redrive = (what: Wanted['what'], { id, etag }: PreviewLine): Promise<unknown> =>
  tell(`/v1/${what === 'events' ? 'quarantine' : 'actions'}/${encodeURIComponent(id)}/redrive`, undefined, { 'if-match': `"${etag}"` });
