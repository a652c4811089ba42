/** One client of the stream: what it wants, how far it is, and when it is cut. */
import type { ServerResponse } from 'node:http';
import type { Positions } from '../../log/read/feed.ts';
import type { Told } from '../../log/read/told.ts';
import { writeText } from '../http/sendPage.ts';
import { type Frame, type FramePage, flowOfLog } from './frames.ts';
import type { Boundary, Listener, SharedFeed } from './sharedFeed.ts';

/** What may wait for a client; one that takes it more slowly is cut, and resumes. */
const WAITING_BYTES_MAX = 1 << 20;
const UNDRAINED_MS_MAX = 10_000;

export interface Wish {
  readonly flow: string | null;
  readonly kinds: ReadonlySet<Told>;
  /** Null: from now on. */
  readonly after: Positions | null;
}

export type ReadPage = (kinds: ReadonlySet<Told>, reading: { after: Positions; upTo: Positions }) => Promise<FramePage>;

export class StreamClient implements Listener {
  readonly #response: ServerResponse;
  readonly #wish: Wish;
  readonly #cut: () => void;
  #live = false;
  #fullSinceMs: number | null = null;

  constructor(response: ServerResponse, wish: Wish, cut: () => void) {
    this.#response = response;
    this.#wish = wish;
    this.#cut = cut;
    response.on('drain', () => {
      this.#fullSinceMs = null;
    });
  }

  /** Reads what the client has missed, page by page as it takes them, then joins the others. Ends where the client is gone. */
  async follow(feed: SharedFeed, read: ReadPage): Promise<void> {
    let boundary = await feed.begin(this.#wish.kinds);
    let after = this.#startAt(boundary);
    while (!this.#gone) {
      const upTo = new Map([...boundary.positions].filter(([log]) => this.#wantsLog(log)));
      for (let more = true; more && !this.#gone; ) {
        const page = await read(this.#wish.kinds, { after, upTo });
        ({ next: after, more } = page);
        await this.#take(page.frames);
      }
      const missed = feed.since(boundary);
      if (missed !== null) {
        this.#live = true;
        this.deliver(missed);
        feed.join(this);
        return;
      }
      boundary = feed.boundary();
    }
  }

  /** What a cursor says beyond the heads was of another database: it begins at their end. Logs that are not wanted count as read. */
  #startAt({ positions }: Boundary): Positions {
    const { after } = this.#wish;
    if (after === null) return positions;
    return new Map([...positions].map(([log, head]) => [log, this.#wantsLog(log) ? Math.min(after.get(log) ?? 0, head) : head]));
  }

  #wantsLog(log: string): boolean {
    const { flow, kinds } = this.#wish;
    const cases = log.endsWith('/cases');
    if (flow !== null && flowOfLog(log) !== flow) return false;
    return kinds.has('decision') || (cases ? kinds.has('approval') : kinds.has('event'));
  }

  #wants({ kind, flow, adopted }: Frame): boolean {
    if (!this.#wish.kinds.has(kind)) return false;
    // an event is told where it was accepted; to who looks at one flow, what that took over too
    return this.#wish.flow === null ? !adopted : flow === this.#wish.flow;
  }

  #textOf(frames: readonly Frame[]): string {
    return frames.reduce((text, frame) => (this.#wants(frame) ? text + frame.text : text), '');
  }

  async #take(frames: readonly Frame[]): Promise<void> {
    const text = this.#textOf(frames);
    if (text === '' || this.#gone) return;
    const timer = setTimeout(() => this.#cut(), UNDRAINED_MS_MAX);
    await writeText(this.#response, text);
    clearTimeout(timer);
  }

  deliver(frames: readonly Frame[]): void {
    const text = this.#textOf(frames);
    if (text !== '') this.write(text);
  }

  get #gone(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  /** Whether it goes with the feed: the feed's cursor is its own then. */
  get live(): boolean {
    return this.#live;
  }

  write(text: string): void {
    if (this.#gone) return;
    const stuck = this.#fullSinceMs !== null && performance.now() - this.#fullSinceMs > UNDRAINED_MS_MAX;
    if (stuck || this.#response.writableLength > WAITING_BYTES_MAX) this.#cut();
    else if (!this.#response.write(text)) this.#fullSinceMs ??= performance.now();
  }
}
