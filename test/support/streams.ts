/** The stream as a client sees it, frame by frame. */
import { EventEmitter, once } from 'node:events';
import type { StreamFrame } from '../../src/client/serverSentEvents.ts';
import { ServiceClient } from '../../src/client/serviceClient.ts';

export interface OpenStream {
  /** The next frame that is not of the clock: rejects after 20 s, or where the stream has ended. */
  next(): Promise<StreamFrame>;
  /** As many. */
  take(count: number): Promise<StreamFrame[]>;
  /** Resolves when the service has ended it. */
  readonly ended: Promise<void>;
  close(): void;
}

interface Opening {
  readonly query?: string;
  readonly lastId?: string | undefined;
  readonly key?: string;
}

const FRAME_MS = 20_000;
/** What moves the cursor alone says nothing by itself. */
const says = ({ data }: StreamFrame): boolean => data !== '';

export function openStream(url: string, { query = '', lastId, key }: Opening = {}): OpenStream {
  const leaving = new AbortController();
  const frames = new ServiceClient(url, key).stream(`/v1/stream${query}`, { lastId, signal: leaving.signal });
  const waiting: StreamFrame[] = [];
  const news = new EventEmitter();
  let over: Error | null = null;
  const ended = (async () => {
    try {
      for await (const frame of frames) {
        if (says(frame)) waiting.push(frame);
        news.emit('news');
      }
      over = new Error('the stream has ended');
    } catch (error) {
      over = error as Error;
    }
    news.emit('news');
  })();
  const next = async (): Promise<StreamFrame> => {
    const late = AbortSignal.timeout(FRAME_MS);
    while (waiting.length === 0) {
      if (over !== null) throw over;
      await once(news, 'news', { signal: late }).catch((cause: unknown) => {
        throw new Error(`no frame came in ${FRAME_MS} ms`, { cause });
      });
    }
    return waiting.shift() as StreamFrame;
  };
  return {
    next,
    take: async (count) => {
      const taken: StreamFrame[] = [];
      while (taken.length < count) taken.push(await next());
      return taken;
    },
    ended,
    close: () => leaving.abort(),
  };
}
