/** Prices that follow demand, stock, cost and competitors, within rails. */
import { defineFlow } from '../../kit/defineFlow.ts';
import { flowFolder } from '../flowFolder.ts';
import { pricingEvents } from './facts.ts';
import { OUTCOMES, pricingPolicy } from './policy.ts';
import { pricingReflex } from './reflex.ts';

export const pricing = defineFlow({
  ...flowFolder(import.meta.url),
  name: 'pricing',
  title: 'Pricing',
  events: pricingEvents,
  policySchema: pricingPolicy,
  reflex: pricingReflex,
  workflow: 'pricingCase',
  outcomes: OUTCOMES,
});
