/** Stocks and shipments: when to order how much of what, and what to do about goods that come late. */
import { defineFlow } from '../../kit/defineFlow.ts';
import { flowFolder } from '../flowFolder.ts';
import { supplyConditions } from './conditions.ts';
import { followedEvents, ORDER_DUE, OVERDUE, supplyEvents, UNSCANNED } from './events.ts';
import { supplyLabels } from './labels.ts';
import { OUTCOMES, supplyPolicy } from './policy.ts';
import { supplyReflex } from './reflex.ts';
import { overdueWatch, unscannedWatch } from './shipments/watches.ts';
import { orderWatch } from './stock/orderDue.ts';

export const supply = defineFlow({
  ...flowFolder(import.meta.url),
  name: 'supply',
  title: 'Stocks and shipments',
  events: supplyEvents,
  follows: followedEvents,
  policySchema: supplyPolicy,
  reflex: supplyReflex,
  watches: { [ORDER_DUE]: orderWatch, [OVERDUE]: overdueWatch, [UNSCANNED]: unscannedWatch },
  workflow: 'supplyCase',
  outcomes: OUTCOMES,
  labels: supplyLabels,
  conditions: supplyConditions,
});
