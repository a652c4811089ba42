/** How decisions reach the page: a stream where there is one, else questions from a cursor, half a second apart. */
import type { DecisionItem } from '../../wire/decision.ts';
import type { Page } from '../../wire/list.ts';
import { ask, ownHeaders, queryText } from './call.ts';

export interface Transport {
  close(): void;
}

interface Opening {
  /** Go on from there; null: from now on. */
  readonly after: string | null;
  readonly take: (items: readonly DecisionItem[], next: string | null) => void;
  /** What a stream tells beside decisions. */
  readonly heard: (kind: OtherKind, data: unknown) => void;
  readonly connected: () => void;
  readonly broke: () => void;
}

const OTHER_KINDS = ['approval', 'summary', 'health'] as const;
export type OtherKind = (typeof OTHER_KINDS)[number];

const POLL_MS = 1000;
const AGAIN_MS = 1500;
const PAGE = 500;

/** Where now is. The answer in lines says it in a header before any line, so the lines are not waited for. */
async function findEnd(): Promise<string | null> {
  const stop = new AbortController();
  const response = await fetch('/v1/decisions', { headers: { accept: 'application/x-ndjson', ...ownHeaders() }, signal: stop.signal });
  const end = response.headers.get('signalbox-next');
  stop.abort();
  return response.ok ? end : null;
}

function poll({ after, take, connected, broke }: Opening): Transport {
  let cursor = after;
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const turn = async (): Promise<void> => {
    let more = false;
    try {
      cursor ??= await findEnd();
      const page = await ask<Page<DecisionItem>>(`/v1/decisions${queryText({ after: cursor ?? undefined, limit: PAGE })}`);
      if (closed) return;
      connected();
      take(page.items, page.next);
      cursor = page.next;
      more = page.more;
    } catch {
      if (closed) return;
      broke();
    }
    timer = setTimeout(() => void turn(), more ? 0 : POLL_MS);
  };
  void turn();
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** The service may be an older one, which has no stream: it then says so by an answer that is none. */
let streams: boolean | null = null;

function listen(opening: Opening): Transport {
  const { after, take, heard, connected, broke } = opening;
  let source: EventSource;
  let last = after;
  let inner: Transport | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    source = new EventSource(`/v1/stream${queryText({ after: last ?? undefined })}`);
    source.onopen = () => {
      streams = true;
      connected();
    };
    source.addEventListener('decision', (message) => {
      last = message.lastEventId === '' ? last : message.lastEventId;
      take([JSON.parse(message.data as string) as DecisionItem], last);
    });
    for (const kind of OTHER_KINDS) {
      source.addEventListener(kind, (message) => {
        last = message.lastEventId === '' ? last : message.lastEventId;
        heard(kind, JSON.parse(message.data as string));
      });
    }
    source.onerror = () => {
      if (streams === null && source.readyState === EventSource.CLOSED) {
        streams = false;
        inner = poll({ ...opening, after: last });
        return;
      }
      broke();
      // it tries again by itself but for an answer that it takes as final, as a proxy's 502 is
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN_MS);
    };
  };
  open();
  return {
    close: () => {
      source.close();
      inner?.close();
      clearTimeout(timer);
    },
  };
}

export const openTransport = (opening: Opening): Transport => (streams === false ? poll(opening) : listen(opening));
