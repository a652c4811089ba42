/** Conditions of a flow's outcomes, said by name: `rules.atMost('velocity', 'payments of the card within an hour', seen.paymentsInHour, 10)`. */
import type { Condition, Considered } from '../domain/conditions.ts';
import type { Rung } from '../domain/decision.ts';
import type { Json } from '../domain/event.ts';
import { shownNumber } from '../domain/shownNumber.ts';

type Compare = (name: string, text: string, seen: unknown, limit: number) => Condition;

interface OfRung {
  readonly atMost: Compare;
  readonly atLeast: Compare;
  readonly below: Compare;
  readonly above: Compare;
  /** Of anything else than two numbers. */
  that(name: string, text: string, held: { readonly seen: unknown; readonly needed: string; readonly met: boolean | null }): Condition;
  /** Holds unless the decision gives this reason, whose text is what was seen. */
  without(name: string, text: string, about: Pick<Considered, 'reasons'>, needed: string): Condition;
}

const kept = (seen: unknown): Json => (seen === undefined ? null : (seen as Json));

function conditionsOf(rung: Rung): OfRung {
  const compare =
    (words: string, holds: (seen: number, limit: number) => boolean): Compare =>
    (name, text, seen, limit) => ({
      ...{ rung, name, text, seen: kept(seen), needed: `${words} ${shownNumber(limit)}`, limit },
      met: typeof seen === 'number' ? holds(seen, limit) : null,
    });
  return {
    atMost: compare('at most', (seen, limit) => seen <= limit),
    atLeast: compare('at least', (seen, limit) => seen >= limit),
    below: compare('below', (seen, limit) => seen < limit),
    above: compare('above', (seen, limit) => seen > limit),
    that: (name, text, { seen, needed, met }) => ({ rung, name, text, seen: kept(seen), needed, met }),
    without(name, text, { reasons }, needed) {
      const against = reasons.find(({ code }) => code === name);
      return { rung, name, text, seen: against?.text ?? 'as needed', needed, met: against === undefined };
    },
  };
}

export const rules = conditionsOf('rules');
export const model = conditionsOf('model');

/** Asked one after the other, the first that does not hold ends it: of those behind it nothing is known. */
export function inTurn(conditions: readonly Condition[]): Condition[] {
  const failed = conditions.findIndex(({ met }) => met === false);
  if (failed < 0) return [...conditions];
  return conditions.map((condition, at) => (at <= failed ? condition : { ...condition, seen: null, met: null }));
}
