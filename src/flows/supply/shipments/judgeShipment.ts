/** What is to be done about a shipment on its way: nothing, speed, other goods, or a person who finds out. */
import type { DecisionDraft, Reason } from '../../../domain/decision.ts';
import type { FlowEvent, JsonObject } from '../../../domain/event.ts';
import type { Folded } from '../../../domain/flow/reflex.ts';
import { instantText } from '../../../domain/instant.ts';
import { climbNow } from '../../../kit/climbNow.ts';
import { limitRules, orderOf, short } from '../orders.ts';
import type { SupplyPolicy } from '../policy.ts';
import { type Chosen, choose, type Expected, expectedOf } from './choose.ts';
import type { Lanes, Lateness } from './lanes.ts';
import type { Dispatched, Shipment } from './shipment.ts';

const DAY_MS = 86_400_000;

const OUTCOMES = { wait: 'none', expedite: 'expedite', 're-source': 'reorder' } as const;

export interface Judging {
  readonly event: Pick<FlowEvent, 'subject' | 'position' | 'timeMs'>;
  readonly policy: SupplyPolicy;
  readonly lanes: Lanes;
  /** Why it is looked at where it did not do as was promised; a person looks where nothing says how long that takes. */
  readonly missing?: Reason;
}

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

/** Beside the state, whose `asked` is changed where its case is given something to do. */
export function judgeShipment(shipment: Shipment, judging: Judging): Pick<Folded, 'decision' | 'signal'> {
  const { dispatched } = shipment;
  if (dispatched === null) return {};
  const { event, policy, lanes, missing } = judging;
  const { shipments } = policy;
  const behindDays = (event.timeMs - dispatched.promisedMs) / DAY_MS;
  const place = shipment.places.at(-1) ?? '';
  const lateness = lanes.latenessOf({ place, ...dispatched }, { nowMs: event.timeMs, ...shipments });
  const expected = expectedOf(lateness, behindDays, shipments.usualDelayDays);
  const chosen = choose(shipments, dispatched.quantity, { expected, behindDays });
  const known = told({ shipment, dispatched, lateness, expected, chosen });
  const reasons = [...(missing === undefined ? [] : [missing]), ...reasonsOf({ lateness, expected, chosen })];
  const score = rounded(expected.chance);
  const over = overBy(shipment);
  if (over !== null) return { decision: said('none', { score, reasons: [over, ...reasons], known, policy }) };
  const outcome = missing !== undefined && expected.between === null ? 'escalate' : OUTCOMES[chosen.choice];
  if (outcome === 'none') return { decision: said(outcome, { score, reasons, known, policy }) };
  shipment.asked = true;
  const result = { ...known, ...(outcome === 'reorder' ? { order: anew(dispatched, { event, policy, chosen }) } : {}) };
  const decision = climbNow(policy.rungs, {
    doubt: outcome,
    rules: () => (outcome === 'escalate' ? [] : limitRules(outcome === 'expedite' ? 'Expediting it' : 'Other goods', chosen.price, policy)),
    model: () => ({ outcome, score, confidence: Math.max(score, 0.5), reasons, abstains: 'its case does something about it' }),
    result,
  });
  return { decision, signal: { found: { ...known }, rungs: decision.rungs } };
}

function said(
  outcome: string,
  { score, reasons, known, policy }: { score: number; reasons: readonly Reason[]; known: JsonObject; policy: SupplyPolicy },
): DecisionDraft {
  return climbNow(policy.rungs, { doubt: outcome, model: () => ({ outcome, score, confidence: 1 - score / 2, reasons }), result: known });
}

function overBy({ deliveredMs, asked }: Shipment): Reason | null {
  if (deliveredMs !== null) return { code: 'delivered', text: `It came on ${instantText(deliveredMs)}` };
  return asked ? { code: 'asked', text: 'What to do about it was asked before' } : null;
}

interface Looked {
  readonly lateness: Lateness;
  readonly expected: Expected;
  readonly chosen: Chosen;
}

function told({
  shipment,
  dispatched,
  expected,
  chosen,
}: Looked & { readonly shipment: Shipment; readonly dispatched: Dispatched }): JsonObject {
  const { sku, location, quantity, promisedMs } = dispatched;
  const costs = Object.fromEntries(Object.entries(chosen.costs).map(([name, cost]) => [name, rounded(cost)]));
  return {
    ...{ sku, location, quantity, promised: instantText(promisedMs), place: shipment.places.at(-1) ?? null },
    ...{ choice: chosen.choice, costs, price: rounded(chosen.price) },
    lateChance: rounded(expected.chance),
    delayDays: expected.between === null ? null : expected.between.map(rounded),
  };
}

function reasonsOf({ lateness: { delays }, expected, chosen: { choice, costs } }: Looked): Reason[] {
  const { between } = expected;
  const chance = `It is late with a chance of ${short(100 * expected.chance)} %`;
  const days =
    between === null
      ? 'how late is not known yet'
      : `eight of ten come ${short(between[0])} to ${short(between[1])} days behind (${delays.length} seen)`;
  return [
    { code: 'late', text: `${chance}; ${days}`, weight: rounded(expected.chance) },
    {
      code: 'costs',
      text: `To be expected: waiting ${short(costs.wait)}, expediting ${short(costs.expedite)}, other goods ${short(costs['re-source'])}: ${choice} costs least`,
    },
  ];
}

function anew(
  { sku, location, quantity }: Dispatched,
  { event, policy, chosen }: Pick<Judging, 'event' | 'policy'> & { readonly chosen: Chosen },
): JsonObject {
  const { supplier } = policy.shipments.resource;
  return orderOf({ of: event.subject, position: event.position, supplier, lines: [{ sku, location, quantity, cost: chosen.price }] });
}
