/**
 * What arrives from outside a case, made into types once. These functions are total: a handler that trusted `{}`, `null` or no
 * input at all jammed its run for good, with good signals behind it.
 */
import type { Json, JsonObject } from '../domain/event.ts';
import { parseId } from '../domain/ids.ts';
import { redactText } from '../domain/redactText.ts';

/** Kept on a row and shown to people. */
const ACTOR_CHARS_MAX = 200;
const REASON_CHARS_MAX = 2000;
const CHANGES_CHARS_MAX = 4096;
/** The dispatcher sends at most 500 in one signal. */
const EVENTS_MAX = 5000;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown, charsMax: number): value is string => typeof value === 'string' && value.length <= charsMax;
export const isPosition = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

export interface Arrivals {
  readonly positions: number[];
  readonly dropped: number;
}

/** The positions that an `eventsArrived` names; what does not parse is counted. */
export function parseArrivals(said: unknown): Arrivals {
  if (!isObject(said) || !Array.isArray(said.events)) return { positions: [], dropped: 1 };
  const events: unknown[] = said.events.slice(0, EVENTS_MAX);
  const positions = events.map((event) => (isObject(event) ? event.position : undefined)).filter(isPosition);
  return { positions, dropped: said.events.length - positions.length };
}

/** A verdict as someone said it; who said it is unproven. */
export interface SpokenVerdict {
  readonly approval: string;
  readonly verdict: 'approve' | 'reject';
  readonly actor: string;
  readonly reason: string;
  readonly changes?: JsonObject;
}

const VERDICT_FIELDS = new Set(['approval', 'verdict', 'actor', 'reason', 'changes']);

/**
 * Null where it is none: a missing or unknown field, another type, a text that is too long or no approval's id. What somebody typed as
 * a reason is carried on without what looks like a key or a number of a card; the signal itself stays in the history as it came.
 */
export function parseVerdict(said: unknown): SpokenVerdict | null {
  if (!isObject(said) || Object.keys(said).some((field) => !VERDICT_FIELDS.has(field))) return null;
  const { approval, verdict, actor, reason: typed, changes } = said;
  if (typeof approval !== 'string' || parseId('apr', approval) === null || (verdict !== 'approve' && verdict !== 'reject')) return null;
  if (!isText(actor, ACTOR_CHARS_MAX) || actor.length === 0 || !isText(typed, REASON_CHARS_MAX)) return null;
  const reason = redactText(typed);
  if (changes === undefined) return { approval, verdict, actor, reason };
  if (!isObject(changes) || JSON.stringify(changes).length > CHANGES_CHARS_MAX) return null;
  return { approval, verdict, actor, reason, changes: changes as Record<string, Json> };
}
