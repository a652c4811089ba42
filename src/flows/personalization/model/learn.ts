/** How the shop's memory learns of an event, and what it forgets for it. */
import {
  FOLLOWERS_MAX,
  GROWING_MAX,
  type Item,
  itemBytes,
  type Lesson,
  NUDGED_MAX,
  NUDGES_MAX,
  POPULAR_MAX,
  type Rate,
  RING_MAX,
  SESSION_BYTES,
  SESSION_ITEMS_MAX,
  SESSIONS_MAX,
  type ShopMemory,
  sessionBytes,
} from './shopMemory.ts';

/** Views between which popularity halves. */
const HALVED_AFTER = 10_000;
/** So many views back, one says what may follow. */
const BACK_MAX = 10;
const REVERSE = 0.3;
/** Lists after which the rate of those that held the next item has half forgotten: .999^692 is a half. */
const RATE_KEEPS = 0.999;

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
