/**
 * Watches: absence as an event. A reflex opens one on its event's subject, with the instant at which it is due; when that has come and the
 * flow's check agrees, an event of the flow's own is appended. Pure: accepting, adopting, redriving, sweeping and rebuilding say the same.
 */

import type { Watching } from '../domain/flow/reflex.ts';
import type { Flow } from '../domain/flow.ts';

/** The last instant that a date can hold in four digits of a year. */
const INSTANT_MS_MAX = Date.UTC(9999, 11, 31);
export const isInstant = (atMs: number): boolean => Number.isInteger(atMs) && atMs >= 0 && atMs <= INSTANT_MS_MAX;

/** Part of keys and ids, with a space or a colon behind it. */
const NAMES_MAX = 16;
const NAME = /^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*$/;

/** By `watchKey`: the position of the event that opened the watch; null where it was closed. */
export type OpenWatches = Map<string, number | null>;

export interface WatchChange {
  readonly name: string;
  readonly subject: string;
  readonly kind: 'opened' | 'closed' | 'due';
  /** The position of the event that opened it. */
  readonly opened: number;
  /** When it is due, or was; null for one that is closed. */
  readonly dueMs: number | null;
}

export const watchKey = (name: string, subject: string): string => `${name} ${subject}`;
export const watchedSubject = (key: string): string => key.slice(key.indexOf(' ') + 1);

/** Says why the flow's watches cannot be; null where they can. */
export function watchFault({ name: flow, types, watches = {}, reflex }: Flow): string | null {
  const names = Object.keys(watches);
  if (names.length > NAMES_MAX) return `Cannot have ${names.length} watches in ${flow} as it must be at most ${NAMES_MAX}`;
  for (const name of names) {
    if (!NAME.test(name)) return `Cannot watch for ${name} in ${flow} as it must be lower-case words with dots or hyphens between`;
    if (types[name]?.own !== true) return `Cannot watch for ${name} in ${flow} as it is no type of the flow's own`;
    if (reflex === undefined) return `Cannot watch for ${name} in ${flow} as the flow has no reflex to open a watch`;
  }
  return null;
}

/** What a reflex asks for, checked. Throws where it asks for what it may not. History opens none: nothing is to be waited for. */
export function askedWatches({ watches = {} }: Flow, asked: Watching, history: boolean): Watching | null {
  for (const [name, dueMs] of Object.entries(asked)) {
    if (!Object.hasOwn(watches, name)) throw new TypeError(`Cannot open or close the watch ${name} as the flow has none of this name`);
    if (dueMs !== null && !isInstant(dueMs))
      throw new RangeError(`Cannot open the watch ${name} as its time must be whole milliseconds up to the year 9999: ${dueMs}`);
  }
  if (!history) return asked;
  return Object.fromEntries(Object.entries(asked).filter(([, dueMs]) => dueMs === null));
}

/** Opens and closes what is asked by the event at `position`; what changes nothing is left out. */
export function changeWatches(
  open: OpenWatches,
  { subject, position }: { readonly subject: string; readonly position: number },
  asked: Watching,
): WatchChange[] {
  const changes: WatchChange[] = [];
  for (const [name, dueMs] of Object.entries(asked)) {
    const key = watchKey(name, subject);
    const opened = open.get(key) ?? null;
    if ((opened === null) === (dueMs === null)) continue;
    open.set(key, dueMs === null ? null : position);
    if (dueMs !== null) changes.push({ name, subject, kind: 'opened', opened: position, dueMs });
    else if (opened !== null) changes.push({ name, subject, kind: 'closed', opened, dueMs });
  }
  return changes;
}
