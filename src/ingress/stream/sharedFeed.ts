/**
 * One reader of a tenant's logs for all streams: it looks while anybody listens, reads each new row once, and hands the frames to all. A client that begins
 * further back reads pages of its own up to a boundary of this feed, then takes what the feed kept since, and from there on goes with the others.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { BackOff } from '../../domain/backOff.ts';
import type { Positions } from '../../log/read/feed.ts';
import type { Told } from '../../log/read/told.ts';
import { writeCursor } from '../http/cursor.ts';
import type { Frame, FramePage } from './frames.ts';

/** How late a client hears at most, beside reading; each look is one read of a few small rows. */
const LOOK_MS = 150;
const AWAY = { firstMs: 500, maxMs: 4000 };
const KEPT_MAX = 4000;
const KEPT_CHARS_MAX = 8 << 20;

export interface Listener {
  /** Frames that are new, in order. */
  deliver(frames: readonly Frame[]): void;
}

/** Where the feed stands. */
export interface Boundary {
  readonly positions: Positions;
  /** Counts what the feed has handed out. */
  readonly handed: number;
}

interface FeedSource {
  readonly heads: () => Promise<Positions>;
  readonly read: (kinds: ReadonlySet<Told>, reading: { after: Positions; upTo: Positions }) => Promise<FramePage>;
}

export class SharedFeed {
  readonly #source: FeedSource;
  readonly #wanted = new Map<Told, number>();
  readonly #listeners = new Set<Listener>();
  readonly #stop = new AbortController();
  #positions: Positions | null = null;
  #kept: Frame[] = [];
  #keptChars = 0;
  #handed = 0;
  #step: Promise<boolean> = Promise.resolve(false);

  constructor(source: FeedSource) {
    this.#source = source;
    void this.#run();
  }

  /** The cursor behind all that was handed out. */
  get cursor(): string {
    return writeCursor(this.#positions ?? new Map());
  }

  /** From here on the feed reads these kinds too. Rejects where the database is away and nothing has been read yet. */
  async begin(kinds: ReadonlySet<Told>): Promise<Boundary> {
    for (const kind of kinds) this.#wanted.set(kind, (this.#wanted.get(kind) ?? 0) + 1);
    // a look that is under way may not read them yet
    await this.#step.catch(() => undefined);
    this.#positions ??= await this.#source.heads();
    return this.boundary();
  }

  boundary(): Boundary {
    return { positions: this.#positions ?? new Map(), handed: this.#handed };
  }

  /** What was handed out since, or null where it is not kept any more. */
  since({ handed }: Boundary): readonly Frame[] | null {
    const missed = this.#handed - handed;
    return missed > this.#kept.length ? null : this.#kept.slice(this.#kept.length - missed);
  }

  join(listener: Listener): void {
    this.#listeners.add(listener);
  }

  leave(listener: Listener, kinds: ReadonlySet<Told>): void {
    this.#listeners.delete(listener);
    for (const kind of kinds) this.#wanted.set(kind, (this.#wanted.get(kind) ?? 1) - 1);
  }

  close(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const backOff = new BackOff(AWAY);
    while (!signal.aborted) {
      let waitMs = LOOK_MS;
      try {
        this.#step = this.#look();
        if (await this.#step) waitMs = 0;
        backOff.reset();
      } catch {
        // the database is away: `health` says so, and what was committed meanwhile is read when it is back
        waitMs = backOff.next();
      }
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Whether there is more. */
  async #look(): Promise<boolean> {
    const heads = await this.#source.heads();
    if (this.#stop.signal.aborted) return false;
    const after = this.#positions;
    if (after === null) {
      this.#positions = heads;
      return false;
    }
    if (![...heads].some(([log, end]) => (after.get(log) ?? 0) < end)) return false;
    const kinds = new Set([...this.#wanted].filter(([, count]) => count > 0).map(([kind]) => kind));
    const page = kinds.size === 0 ? { frames: [], next: heads, more: false } : await this.#source.read(kinds, { after, upTo: heads });
    this.#positions = page.next;
    this.#keep(page.frames);
    for (const listener of [...this.#listeners]) listener.deliver(page.frames);
    return page.more;
  }

  #keep(frames: readonly Frame[]): void {
    this.#handed += frames.length;
    this.#kept.push(...frames);
    this.#keptChars += frames.reduce((sum, { text }) => sum + text.length, 0);
    let gone = 0;
    while (this.#kept.length - gone > KEPT_MAX || this.#keptChars > KEPT_CHARS_MAX) this.#keptChars -= this.#kept[gone++]?.text.length ?? 0;
    this.#kept.splice(0, gone);
  }
}
