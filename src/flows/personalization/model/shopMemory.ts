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

/** Views between which popularity halves. */
const HALVED_AFTER = 10_000;
/** So many views back, one says what may follow. */
const BACK_MAX = 10;
const REVERSE = 0.3;
/** Lists after which the rate of those that held the next item has half forgotten: .999^692 is a half. */
const RATE_KEEPS = 0.999;

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
const SESSION_BYTES = 8 + 2;
const NUDGED_BYTES = 4 + 1;
/** Counters, rates, and the popular ones. */
const HEAD_BYTES = 4 * 8 + 6 * 4 + 4 * POPULAR_MAX;
const GROWING_MAX = BYTES_MAX - HEAD_BYTES - NUDGED_MAX * (NUDGED_BYTES + 8 * NUDGES_MAX);

export const itemBytes = ({ id, ring, followers }: Item): number => ITEM_BYTES + 2 * id.length + 8 * ring.length + 8 * followers.size;
export const sessionBytes = (items: readonly number[]): number => SESSION_BYTES + 4 * items.length;

export const emptyMemory = (): ShopMemory => ({
  ...{ items: new Map(), byNumber: new Map(), sessions: new Map(), popular: [], nudged: new Map() },
  rates: { model: { lists: 0, held: 0 }, popular: { lists: 0, held: 0 } },
  ...{ nextNumber: 1, sinceHalved: 0, bytes: 0 },
});

export function learn(memory: ShopMemory, { session, items = [], list, held, nudged, atMs }: Lesson): void {
  if (list !== undefined) addToRate(memory.rates[list], held === true);
  if (session !== undefined) for (const id of items) learnView(memory, session, id);
  if (nudged !== undefined && atMs !== undefined) learnNudge(memory, nudged, atMs);
}

function addToRate(rate: Rate, held: boolean): void {
  rate.lists = RATE_KEEPS * rate.lists + 1;
  rate.held = RATE_KEEPS * rate.held + (held ? 1 : 0);
}

function learnView(memory: ShopMemory, session: number, id: string): void {
  const item = viewed(memory, id);
  const before = heard(memory, session);
  const isNew = !before.includes(item.number);
  for (let back = 1; back <= Math.min(BACK_MAX, before.length); back += 1) {
    const earlier = memory.byNumber.get(before[before.length - back] as number);
    if (earlier === undefined) continue;
    follow(memory, { of: earlier, by: item }, 1 / back);
    follow(memory, { of: item, by: earlier }, REVERSE / back);
  }
  before.push(item.number);
  memory.bytes += 4;
  if (before.length > SESSION_ITEMS_MAX) {
    before.shift();
    memory.bytes -= 4;
  }
  if (isNew) {
    item.ring.push(session);
    memory.bytes += 8;
    if (item.ring.length > RING_MAX) {
      item.ring.shift();
      memory.bytes -= 8;
    }
  }
  forget(memory);
}

/** The item, as the one that was viewed last. */
function viewed(memory: ShopMemory, id: string): Item {
  const known = memory.items.get(id);
  const item = known ?? { id, number: memory.nextNumber, views: 0, ring: [], followers: new Map() };
  if (known === undefined) {
    memory.nextNumber += 1;
    memory.byNumber.set(item.number, item);
    memory.bytes += itemBytes(item);
  } else memory.items.delete(id);
  memory.items.set(id, item);
  item.views += 1;
  rank(memory, item);
  memory.sinceHalved += 1;
  if (memory.sinceHalved >= HALVED_AFTER) {
    memory.sinceHalved = 0;
    for (const one of memory.items.values()) one.views /= 2;
  }
  return item;
}

/** Only an item that was viewed can move up: all others stay as they stand. */
function rank({ popular }: ShopMemory, item: Item): void {
  let at = popular.indexOf(item);
  if (at === -1) {
    if (popular.length < POPULAR_MAX) popular.push(item);
    else if ((popular.at(-1) as Item).views < item.views) popular[popular.length - 1] = item;
    else return;
    at = popular.length - 1;
  }
  for (; at > 0 && (popular[at - 1] as Item).views < item.views; at -= 1) popular[at] = popular[at - 1] as Item;
  popular[at] = item;
}

/** The session's items, as the one that was heard of last. */
function heard(memory: ShopMemory, session: number): number[] {
  const { sessions } = memory;
  const items = sessions.get(session) ?? [];
  if (!sessions.delete(session)) memory.bytes += SESSION_BYTES;
  sessions.set(session, items);
  return items;
}

function follow(memory: ShopMemory, { of, by }: { readonly of: Item; readonly by: Item }, weight: number): void {
  const { followers } = of;
  const before = followers.get(by.number);
  followers.set(by.number, Math.fround((before ?? 0) + weight));
  if (before !== undefined) return;
  memory.bytes += 8;
  if (followers.size <= FOLLOWERS_MAX) return;
  let [least, leastWeight] = [0, Number.POSITIVE_INFINITY];
  // the newest stays: else none could ever come in
  for (const [number, had] of followers) if (number !== by.number && had < leastWeight) [least, leastWeight] = [number, had];
  followers.delete(least);
  memory.bytes -= 8;
}

function forget(memory: ShopMemory): void {
  const { items, sessions, byNumber } = memory;
  for (const [session, of] of sessions) {
    if (sessions.size <= SESSIONS_MAX) break;
    sessions.delete(session);
    memory.bytes -= sessionBytes(of);
  }
  for (const [id, item] of items) {
    if (memory.bytes <= GROWING_MAX || items.size === 1) break;
    items.delete(id);
    byNumber.delete(item.number);
    memory.bytes -= itemBytes(item);
    if (memory.popular.includes(item)) memory.popular = memory.popular.filter((one) => one !== item);
  }
}

function learnNudge({ nudged }: ShopMemory, who: number, atMs: number): void {
  const times = nudged.get(who) ?? [];
  nudged.delete(who);
  nudged.set(who, [...times, atMs].slice(-NUDGES_MAX));
  for (const first of nudged.keys()) {
    if (nudged.size <= NUDGED_MAX) break;
    nudged.delete(first);
  }
}
