/**
 * What the whole shop remembers, over all sessions: who viewed what after what, what is popular, how often lists held what came next, and
 * when somebody was last to be nudged. It learns one view at a time.
 *
 * Sessions, items and what follows an item are bounded each; items give way to newer ones where all of it would be more bytes than it may
 * have. What gives way is forgotten: a number of an item that is gone is passed over wherever it still stands, and is never given anew.
 */

/** Sessions that were heard of last. */
export const SESSIONS_MAX = 20_000;
/** Its last views. */
export const SESSION_ITEMS_MAX = 50;
/** Of an item: the sessions that viewed it last. */
export const RING_MAX = 200;
/** Of an item: those that followed it, or came before, most. */
export const FOLLOWERS_MAX = 60;
export const POPULAR_MAX = 100;
/** Whoever was to be nudged last. */
export const NUDGED_MAX = 20_000;
export const NUDGES_MAX = 10;
/** With all that is bounded by number it stays below this by leaving out items. */
export const BYTES_MAX = 16 * 1024 * 1024;

export interface Item {
  readonly id: string;
  readonly number: number;
  /** Views, each half of what it was after so many others. */
  views: number;
  /** Numbers of sessions, newest last. */
  readonly ring: number[];
  /** By number of an item: how often it was near behind this one, or, less, before it. As singles. */
  readonly followers: Map<number, number>;
}

/** Lists, and those among them that held what was viewed next: both with what is old fading. */
export interface Rate {
  lists: number;
  held: number;
}

export interface ShopMemory {
  /** Last viewed last. */
  readonly items: Map<string, Item>;
  readonly byNumber: Map<number, Item>;
  /** By the position of the session's first event: numbers of items, newest last. Last heard of last. */
  readonly sessions: Map<number, number[]>;
  /** Most popular first. */
  popular: Item[];
  /** By fingerprint of a person: when they were to be nudged, newest last. Last nudged last. */
  readonly nudged: Map<number, number[]>;
  /** By what lists were made of. */
  readonly rates: { readonly model: Rate; readonly popular: Rate };
  nextNumber: number;
  /** Views since popularity was halved. */
  sinceHalved: number;
  /** What items and sessions are as `save` writes them. */
  bytes: number;
}

/** What one event teaches. */
export interface Lesson {
  /** The session's number, and what was viewed in it: or put into its cart without a view. */
  readonly session?: number;
  readonly items?: readonly string[];
  /** Whether the list before held what was viewed next, and what the list was made of. */
  readonly list?: keyof ShopMemory['rates'];
  readonly held?: boolean;
  /** Somebody is to be nudged, then. */
  readonly nudged?: number;
  readonly atMs?: number;
}

const ITEM_BYTES = 2 + 4 + 8 + 2 + 2;
export const SESSION_BYTES = 8 + 2;
const NUDGED_BYTES = 4 + 1;
/** Counters, rates, and the popular ones. */
const HEAD_BYTES = 4 * 8 + 6 * 4 + 4 * POPULAR_MAX;
/** For items and sessions. */
export const GROWING_MAX = BYTES_MAX - HEAD_BYTES - NUDGED_MAX * (NUDGED_BYTES + 8 * NUDGES_MAX);

export const itemBytes = ({ id, ring, followers }: Item): number => ITEM_BYTES + 2 * id.length + 8 * ring.length + 8 * followers.size;
export const sessionBytes = (items: readonly number[]): number => SESSION_BYTES + 4 * items.length;

export const emptyMemory = (): ShopMemory => ({
  ...{ items: new Map(), byNumber: new Map(), sessions: new Map(), popular: [], nudged: new Map() },
  rates: { model: { lists: 0, held: 0 }, popular: { lists: 0, held: 0 } },
  ...{ nextNumber: 1, sinceHalved: 0, bytes: 0 },
});
