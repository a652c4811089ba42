/** What it takes to order, to speed a shipment up, or to have a person look. */
import type { Condition, Considered, FlowConditions } from '../../domain/conditions.ts';
import { inTurn, model, rules } from '../../kit/conditions.ts';
import type { SupplyPolicy } from './policy.ts';

export const supplyConditions: FlowConditions<SupplyPolicy> = {
  of: (about) => (about.result.choice === undefined ? ofStock(about) : ofShipment(about)),
};

/** A person decides above the limit. */
const affordable = (cost: unknown, { policy: { orders } }: Considered<SupplyPolicy>): Condition[] =>
  cost === undefined ? [] : [rules.atMost('above-limit', 'cost that may be spent without a person', cost, orders.costMax)];

function ofStock(about: Considered<SupplyPolicy>): Record<string, Condition[]> {
  const { quantity, order } = about.result as { quantity?: number; order?: { cost?: number } };
  const never = model.that('shipment', 'what the event is about', { seen: 'a stock', needed: 'a shipment', met: false });
  const units = order === undefined ? quantity : undefined;
  const needed = units === undefined ? [] : [model.atLeast('quantity', 'units that are needed', units, 1)];
  const none = units === undefined ? [] : [model.atMost('quantity', 'units that are needed', units, 0)];
  return {
    reorder: inTurn([
      ...needed,
      model.without('nothing', 'what is left to be ordered', about, 'one stock at least'),
      rules.without('old', 'when it was counted', about, `within ${about.policy.orders.freshSeconds} s`),
      rules.without('window', 'whether the order is gathered with others', about, 'the end of the window'),
      ...affordable(order?.cost, about),
    ]),
    ...{ none, expedite: [never], escalate: [never] },
  };
}

const OUTCOME_OF = { wait: 'none', expedite: 'expedite', 're-source': 'reorder' } as const;

function ofShipment(about: Considered<SupplyPolicy>): Record<string, Condition[]> {
  const { choice, costs, price, delayDays } = about.result as {
    choice: keyof typeof OUTCOME_OF;
    costs?: Record<string, number>;
    price?: number;
    delayDays?: unknown;
  };
  const open = [
    rules.without('delivered', 'whether it has come', about, 'not yet'),
    rules.without('asked', 'whether it was asked about before', about, 'not yet'),
  ];
  const least = (wanted: keyof typeof OUTCOME_OF): Condition =>
    model.that('costs', 'what costs least to be expected', { seen: { choice, ...costs }, needed: wanted, met: choice === wanted });
  const missing = about.reasons.some(({ code }) => code === 'overdue' || code === 'unscanned');
  return {
    none: [least('wait')],
    expedite: inTurn([...open, least('expedite'), ...(choice === 'expedite' ? affordable(price, about) : [])]),
    reorder: inTurn([...open, least('re-source'), ...(choice === 're-source' ? affordable(price, about) : [])]),
    escalate: inTurn([
      ...open,
      model.that('missing', 'whether it is overdue or was lost sight of', { seen: missing, needed: 'it is', met: missing }),
      model.that('unknown', 'how late such shipments come', {
        seen: delayDays ?? null,
        needed: 'nothing that is known',
        met: delayDays === null,
      }),
    ]),
  };
}
