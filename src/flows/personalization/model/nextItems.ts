/**
 * What a session views next: from sessions like it, from what followed its last items, and from itself, as people come back to what they
 * saw. Session neighbours after M. Ludewig and D. Jannach ("Evaluation of session-based recommendation algorithms", 2018: sknn, vsknn) and
 * D. Garg et al. ("Sequence and time aware neighborhood for session-based recommendations", 2019: stan); sequential rules after I. Kamehkhosh,
 * D. Jannach and M. Ludewig (2017). The constants were chosen on the last day of the open yoochoose clicks before those that are scored.
 */
import { type Item, SESSION_ITEMS_MAX, type ShopMemory } from './shopMemory.ts';

/** The session's last different items whose sessions are looked at. */
const LATEST_MAX = 5;
const NEIGHBOURS_MAX = 100;
/** Of an item so many views before the last: how much it counts to find sessions, and how much what they hold in common is worth. */
const OLDER_FINDS = 0.7;
const OLDER_COUNTS = 0.8;
/** Of an item so far from what is in common. */
const FURTHER = 0.85;
const RULES_BACK = 3;
const OLDER_RULES = 0.3;
/** Rules of few views say less. */
const RULES_PRIOR = 1;
const REPEAT = 0.05;
const OLDER_REPEATS = 0.5;

export interface Session {
  /** Its number: it is no neighbour of its own. */
  readonly session: number;
  /** Newest last. */
  readonly items: readonly string[];
}

export interface NextItem {
  readonly item: Item;
  readonly score: number;
}

export interface Found {
  /** Best first. */
  readonly next: readonly NextItem[];
  readonly neighbours: number;
  /** What followed its last items before, or came before them. */
  readonly followers: number;
}

/** What speaks for an item. */
interface Spoken {
  readonly number: number;
  sessions: number;
  rules: number;
  repeats: number;
  /** The neighbour that spoke last: each speaks once. */
  by: number;
}

class Candidates {
  readonly #byNumber = new Map<number, Spoken>();

  get all(): Iterable<Spoken> {
    return this.#byNumber.values();
  }

  get size(): number {
    return this.#byNumber.size;
  }

  of(number: number): Spoken {
    const known = this.#byNumber.get(number);
    if (known !== undefined) return known;
    const made = { number, sessions: 0, rules: 0, repeats: 0, by: -1 };
    this.#byNumber.set(number, made);
    return made;
  }
}

const powers = (of: number, count: number): readonly number[] => Array.from({ length: count }, (_, at) => of ** at);
const FURTHER_BY = powers(FURTHER, SESSION_ITEMS_MAX);
const OLDER_COUNTS_BY = powers(OLDER_COUNTS, SESSION_ITEMS_MAX);

/** Newest first; null for an item that nobody remembers. */
type Latest = readonly (Item | null)[];

interface Neighbour {
  /** Their numbers, newest last. */
  readonly items: readonly number[];
  readonly weight: number;
}

/** The sessions that weigh most, and of those alike the newest. */
function neighboursOf(memory: ShopMemory, latest: Latest, own: number): Neighbour[] {
  const backs = [...new Set(latest)].filter((item) => item !== null).slice(0, LATEST_MAX);
  const weights = backs.map((item) => OLDER_FINDS ** latest.indexOf(item));
  // by session, a bit for each of the items that it viewed
  const viewed = new Map<number, number>();
  for (const [bit, { ring }] of backs.entries()) for (const session of ring) viewed.set(session, (viewed.get(session) ?? 0) | (1 << bit));
  viewed.delete(own);
  const alike: number[][] = Array.from({ length: 1 << backs.length }, () => []);
  for (const [session, bits] of viewed) (alike[bits] as number[]).push(session);
  const weightOf = (bits: number): number => weights.reduce((sum, weight, bit) => ((bits >> bit) & 1 ? sum + weight : sum), 0);
  const heaviest = alike.map((sessions, bits) => ({ sessions, weight: weightOf(bits) })).sort((a, b) => b.weight - a.weight);
  const neighbours: Neighbour[] = [];
  for (const { sessions, weight } of heaviest)
    for (let at = sessions.length - 1; at >= 0 && neighbours.length < NEIGHBOURS_MAX; at -= 1) {
      const items = memory.sessions.get(sessions[at] as number);
      if (items !== undefined) neighbours.push({ items, weight });
    }
  return neighbours;
}

/** Each of a neighbour's items, the nearer to what both viewed the more; from there outwards, so that each is taken where it is nearest. */
function hearSessions(candidates: Candidates, neighbours: readonly Neighbour[], latest: Latest): void {
  const backOf = new Map<number, number>();
  for (const [back, item] of latest.entries()) if (item !== null && !backOf.has(item.number)) backOf.set(item.number, back);
  for (let nth = 0; nth < neighbours.length; nth += 1) {
    const { items, weight } = neighbours[nth] as Neighbour;
    const { at, back } = commonest(items, backOf);
    if (at === -1) continue;
    const worth = weight * (OLDER_COUNTS_BY[back] as number);
    hear(candidates.of(items[at] as number), nth, worth);
    const furthest = Math.max(at, items.length - 1 - at);
    for (let far = 1; far <= furthest; far += 1) {
      const nearer = worth * (FURTHER_BY[far - 1] as number);
      // a place that is none is looked for along the whole prototype: that took longer than all else
      if (far <= at) hear(candidates.of(items[at - far] as number), nth, nearer);
      if (at + far < items.length) hear(candidates.of(items[at + far] as number), nth, nearer);
    }
  }
}

/** The place of the item in common that this session viewed last, and how many views back that was; -1 where there is none. */
function commonest(items: readonly number[], backOf: ReadonlyMap<number, number>): { at: number; back: number } {
  let at = -1;
  let back = Number.POSITIVE_INFINITY;
  for (let place = 0; place < items.length; place += 1) {
    const of = backOf.get(items[place] as number);
    if (of === undefined || of > back) continue;
    at = place;
    back = of;
  }
  return { at, back };
}

function hear(spoken: Spoken, nth: number, worth: number): void {
  if (spoken.by === nth) return;
  spoken.by = nth;
  spoken.sessions += worth;
}

function hearRules(candidates: Candidates, latest: Latest): number {
  let followers = 0;
  for (const [back, item] of latest.slice(0, RULES_BACK).entries()) {
    if (item === null) continue;
    let sum = RULES_PRIOR;
    for (const weight of item.followers.values()) sum += weight;
    const share = OLDER_RULES ** back / sum;
    followers += item.followers.size;
    for (const [number, weight] of item.followers) candidates.of(number).rules += share * weight;
  }
  return followers;
}

/** Nothing where nobody remembers any of the session's items. */
export function nextItems(memory: ShopMemory, { session, items }: Session, count: number): Found {
  const latest = items.map((id) => memory.items.get(id) ?? null).reverse();
  const neighbours = neighboursOf(memory, latest, session);
  const candidates = new Candidates();
  hearSessions(candidates, neighbours, latest);
  const followers = hearRules(candidates, latest);
  if (candidates.size > 0)
    for (const [back, item] of latest.entries()) if (item !== null) candidates.of(item.number).repeats += REPEAT * OLDER_REPEATS ** back;
  return { next: bestOf(candidates, memory, count), neighbours: neighbours.length, followers };
}

/** What sessions say counts as much as what rules say: each is a share of all that they say. */
function bestOf(candidates: Candidates, { byNumber }: ShopMemory, count: number): NextItem[] {
  let sessions = 0;
  let rules = 0;
  for (const one of candidates.all) {
    sessions += one.sessions;
    rules += one.rules;
  }
  const best: NextItem[] = [];
  for (const one of candidates.all) {
    const score = (sessions === 0 ? 0 : one.sessions / sessions) + (rules === 0 ? 0 : one.rules / rules) + one.repeats;
    if (best.length >= count && score < (best.at(-1) as NextItem).score) continue;
    const item = byNumber.get(one.number);
    if (item === undefined) continue;
    // most are none of the best: sorting them all took as long as finding them
    const next = { item, score };
    let at = best.length;
    while (at > 0 && isBetter(next, best[at - 1] as NextItem)) at -= 1;
    best.splice(at, 0, next);
    if (best.length > count) best.pop();
  }
  return best;
}

const isBetter = (a: NextItem, b: NextItem): boolean =>
  a.score === b.score ? (a.item.views === b.item.views ? a.item.number > b.item.number : a.item.views > b.item.views) : a.score > b.score;
