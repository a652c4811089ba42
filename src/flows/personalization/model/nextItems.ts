/**
 * What a session views next: from sessions like it, from what followed its last items, and from itself, as people come back to what they
 * saw. Session neighbours after M. Ludewig and D. Jannach ("Evaluation of session-based recommendation algorithms", 2018: sknn, vsknn) and
 * D. Garg et al. ("Sequence and time aware neighborhood for session-based recommendations", 2019: stan); sequential rules after I. Kamehkhosh,
 * D. Jannach and M. Ludewig (2017). The constants were chosen on the last day of the open yoochoose clicks before those that are scored.
 */
import type { Item, ShopMemory } from './shopMemory.ts';

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
  /** Items that followed its last ones before. */
  readonly followers: number;
}

type Scores = Map<number, number>;

const add = (scores: Scores, number: number, score: number): void => void scores.set(number, (scores.get(number) ?? 0) + score);

function addShares(scores: Scores, more: Scores): void {
  let sum = 0;
  for (const score of more.values()) sum += score;
  if (sum > 0) for (const [number, score] of more) add(scores, number, score / sum);
}

/** Newest first; null for an item that nobody remembers. */
type Latest = readonly (Item | null)[];

function neighboursOf({ sessions }: ShopMemory, latest: Latest, own: number): [session: number, weight: number][] {
  const weights: Scores = new Map();
  const seen = new Set<Item>();
  for (const [back, item] of latest.entries()) {
    if (seen.size >= LATEST_MAX) break;
    if (item === null || seen.has(item)) continue;
    seen.add(item);
    const weight = OLDER_FINDS ** back;
    for (const session of item.ring) if (session !== own && sessions.has(session)) add(weights, session, weight);
  }
  // of those alike, the newer one
  return [...weights].sort(([a, weighs], [b, other]) => other - weighs || b - a).slice(0, NEIGHBOURS_MAX);
}

function addNeighbour(
  scores: Scores,
  { items, weight }: { readonly items: readonly number[]; readonly weight: number },
  latest: Latest,
): void {
  const back = latest.findIndex((item) => item !== null && items.includes(item.number));
  if (back === -1) return;
  const at = items.lastIndexOf((latest[back] as Item).number);
  const nearest = new Map<number, number>();
  for (const [place, number] of items.entries()) {
    const far = Math.abs(place - at);
    if (far < (nearest.get(number) ?? Number.POSITIVE_INFINITY)) nearest.set(number, far);
  }
  const worth = weight * OLDER_COUNTS ** back;
  for (const [number, far] of nearest) add(scores, number, worth * FURTHER ** Math.max(0, far - 1));
}

/** Nothing where nobody remembers any of the session's items. */
export function nextItems(memory: ShopMemory, { session, items }: Session, count: number): Found {
  const latest = items.map((id) => memory.items.get(id) ?? null).reverse();
  const neighbours = neighboursOf(memory, latest, session);
  const [bySessions, byRules, scores]: [Scores, Scores, Scores] = [new Map(), new Map(), new Map()];
  for (const [neighbour, weight] of neighbours)
    addNeighbour(bySessions, { items: memory.sessions.get(neighbour) as number[], weight }, latest);
  for (const [back, item] of latest.slice(0, RULES_BACK).entries()) {
    if (item === null) continue;
    let sum = RULES_PRIOR;
    for (const weight of item.followers.values()) sum += weight;
    for (const [number, weight] of item.followers) add(byRules, number, (OLDER_RULES ** back * weight) / sum);
  }
  addShares(scores, bySessions);
  addShares(scores, byRules);
  if (scores.size > 0)
    for (const [back, item] of latest.entries()) if (item !== null) add(scores, item.number, REPEAT * OLDER_REPEATS ** back);
  const next = [...scores]
    .flatMap(([number, score]): NextItem[] => {
      const item = memory.byNumber.get(number);
      return item === undefined ? [] : [{ item, score }];
    })
    .sort((a, b) => b.score - a.score || b.item.views - a.item.views || b.item.number - a.item.number)
    .slice(0, count);
  return { next, neighbours: neighbours.length, followers: byRules.size };
}
