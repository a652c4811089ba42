/** Whether a stock needs an order, how much, and with which others it goes. */
import type { DecisionDraft, Reason } from '../../../domain/decision.ts';
import type { FlowEvent, JsonObject } from '../../../domain/event.ts';
import type { Watching } from '../../../domain/flow/reflex.ts';
import { instantText } from '../../../domain/instant.ts';
import { climbNow } from '../../../kit/climbNow.ts';
import { fingerprint } from '../../../kit/sense/fingerprint.ts';
import { ORDER_DUE } from '../events.ts';
import { limitRules, orderOf, short } from '../orders.ts';
import { type SupplyPolicy, type Terms, termsOf } from '../policy.ts';
import type { BasketLesson, Baskets, Line } from './baskets.ts';
import { meanOf, type Rate, rateOf } from './forecast.ts';
import { coverPeriods, orderLevels, quantityTo, shortageChance } from './orderLevels.ts';
import { type PeriodAt, periodAt } from './periods.ts';
import { type KnownLevels, positionOf, type Stock } from './stock.ts';

const SECOND_MS = 1000;
/** Levels are worked out anew where demand seems to have changed by more. */
const CHANGE = 1.25;

type About = Pick<FlowEvent, 'subject' | 'position' | 'timeMs' | 'acceptedAtMs' | 'timeNote'>;

export interface Proposing {
  readonly sku: string;
  readonly location: string;
  readonly event: About;
  readonly policy: SupplyPolicy;
  readonly baskets: Baskets;
  /** Decide also where nothing is needed. */
  readonly always: boolean;
}

/** What the reflex answers, beside the state, which is changed in place. */
export interface Proposed {
  readonly decision?: DecisionDraft;
  readonly signal?: { found: JsonObject; rungs: DecisionDraft['rungs'] };
  readonly watches?: Watching;
  readonly lesson?: BasketLesson;
}

function levelsOf(stock: Stock, rate: Rate, { at, terms }: { readonly at: PeriodAt; readonly terms: Terms }): KnownLevels {
  const print = fingerprint(JSON.stringify(terms));
  const mean = meanOf(rate, 1);
  const { levels } = stock;
  const period = stock.demand.period ?? at.index;
  const holds =
    levels !== null &&
    levels.period === period &&
    levels.fingerprint === print &&
    mean <= CHANGE * levels.mean &&
    levels.mean <= CHANGE * mean;
  if (holds) return levels;
  stock.levels = { ...orderLevels(rate, terms), period, fingerprint: print, mean };
  return stock.levels;
}

const noted = ({ timeNote }: About): Reason[] =>
  timeNote === undefined
    ? []
    : [{ code: `time-${timeNote}`, text: 'The time of its acceptance counts, as the event gave none that can be' }];

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

export function propose(stock: Stock, { sku, location, event, policy, baskets, always }: Proposing): Proposed {
  const terms = termsOf(policy, sku);
  const at = periodAt(policy.demand.period, event.timeMs);
  const position = positionOf(stock, event.acceptedAtMs);
  if (position === null) return {};
  const rate = rateOf(stock.demand, policy.demand, at);
  const levels = levelsOf(stock, rate, { at, terms });
  const needs = position <= levels.from ? quantityTo(levels, position, terms) : 0;
  if (needs === 0 && !always) return {};
  const score = rounded(shortageChance(rate, terms, position));
  const covered = coverPeriods(terms);
  const known: Known = {
    score,
    result: {
      sku,
      location,
      quantity: needs,
      position,
      orderFrom: levels.from,
      orderUpTo: levels.upTo,
      demandAPeriod: rounded(meanOf(rate, 1)),
    },
    reason: {
      code: 'position',
      text: `${short(position)} are there or on their way; ${short(meanOf(rate, covered))} are expected to be needed in ${covered} ${policy.demand.period}s. Ordered from ${levels.from} up to ${levels.upTo}`,
    },
  };
  if (needs === 0) return { decision: decide('none', known, { event, policy }) };
  const line: Line = { sku, location, quantity: needs, cost: rounded(needs * terms.unitCost + 0) };
  return order(stock, { line, known, supplier: terms.supplier }, { event, policy, baskets });
}

interface Known {
  readonly score: number;
  readonly result: JsonObject;
  readonly reason: Reason;
}

type Deciding = Pick<Proposing, 'event' | 'policy'>;

function decide(
  outcome: string,
  { score, result, reason }: Known,
  { event, policy }: Deciding,
  more: { readonly reasons?: readonly Reason[]; readonly result?: JsonObject } = {},
): DecisionDraft {
  return climbNow(policy.rungs, {
    doubt: outcome,
    model: () => ({
      outcome,
      score,
      confidence: outcome === 'none' ? 1 - score : Math.max(score, 0.5),
      reasons: [reason, ...(more.reasons ?? [])],
    }),
    notes: noted(event),
    result: { ...result, ...more.result },
  });
}

interface Needed {
  readonly line: Line;
  readonly known: Known;
  readonly supplier: string;
}

function order(
  stock: Stock,
  { line, known, supplier }: Needed,
  { event, policy, baskets }: Deciding & Pick<Proposing, 'baskets'>,
): Proposed {
  const { orders } = policy;
  if (event.acceptedAtMs - event.timeMs > SECOND_MS * orders.freshSeconds) {
    const reasons = [{ code: 'old', text: 'It tells of a time that is too long ago: nothing is ordered for it' }];
    return { decision: decide('reorder', known, { event, policy }, { reasons }) };
  }
  const before = stock.pending !== null && stock.pending.untilMs > event.acceptedAtMs ? stock.pending.quantity : 0;
  stock.pending = { quantity: before + line.quantity, untilMs: event.acceptedAtMs + SECOND_MS * orders.pendingSeconds };
  const windowSeconds = (Object.hasOwn(orders.windows, supplier) ? orders.windows[supplier] : undefined) ?? orders.windowSeconds;
  if (windowSeconds === 0) return orderNow({ line, known, supplier }, { event, policy });
  const joined = baskets.joinable(event.subject, { supplier, nowMs: event.acceptedAtMs });
  // its own order is still out, and takes no more
  if (joined === null && baskets.byOwner.has(event.subject)) return orderNow({ line, known, supplier }, { event, policy });
  const { owner, dueMs } = joined ?? { owner: event.subject, dueMs: event.acceptedAtMs + SECOND_MS * windowSeconds };
  if (owner === event.subject) stock.order = { supplier, dueMs };
  const due = instantText(dueMs);
  const reasons = [{ code: 'window', text: `It goes with all else that ${supplier} is asked for by ${due}` }];
  return {
    decision: decide('reorder', known, { event, policy }, { reasons, result: { supplier, orderDue: due, with: owner } }),
    ...(owner === event.subject ? { watches: { [ORDER_DUE]: dueMs } } : {}),
    lesson: { lesson: 'proposed', owner, supplier, dueMs, line },
  };
}

/** To the case at once: nobody waits for others. */
function orderNow({ line, known, supplier }: Needed, { event, policy }: Deciding): Proposed {
  const ordered = orderOf({ of: event.subject, position: event.position, supplier, lines: [line] });
  const decision = climbNow(policy.rungs, {
    doubt: 'reorder',
    rules: () => limitRules('The order', ordered.cost, policy),
    model: () => ({
      ...{ outcome: 'reorder', score: known.score, confidence: Math.max(known.score, 0.5), reasons: [known.reason] },
      abstains: 'an order goes to its case',
    }),
    notes: noted(event),
    result: { ...known.result, supplier, order: ordered },
  });
  return { decision, signal: { found: { ...known.result }, rungs: decision.rungs } };
}
