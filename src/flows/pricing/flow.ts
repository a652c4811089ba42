/** Prices that follow demand, stock, cost and competitors, within rails. */
import { defineFlow } from '../../kit/defineFlow.ts';
import { flowFolder } from '../flowFolder.ts';
import { pricingConditions } from './conditions.ts';
import { ownEvents, pricingEvents, RESTORED } from './facts.ts';
import { type Holdout, holdoutFigures } from './model/holdout.ts';
import { OUTCOMES, pricingPolicy } from './policy.ts';
import { pricingReflex } from './reflex.ts';

export const pricing = defineFlow({
  ...flowFolder(import.meta.url),
  name: 'pricing',
  title: 'Pricing',
  events: pricingEvents,
  policySchema: pricingPolicy,
  reflex: pricingReflex,
  figures: (memory) => holdoutFigures(memory as Holdout),
  emits: ownEvents,
  undone: ({ subject, result: { previous } }) =>
    typeof previous === 'number' ? { type: RESTORED, data: { sku: subject, price: previous } } : null,
  workflow: 'pricingCase',
  outcomes: OUTCOMES,
  conditions: pricingConditions,
});
