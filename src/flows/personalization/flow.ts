/** Sessions of a shop: what to recommend next, and whom to nudge about a cart that was left. */
import { defineFlow } from '../../kit/defineFlow.ts';
import { flowFolder } from '../flowFolder.ts';
import { shopConditions } from './conditions.ts';
import { ABANDONED, shopEvents } from './events.ts';
import { shopLabels } from './labels.ts';
import { abandonedWatch } from './nudge.ts';
import { OUTCOMES, shopPolicy } from './policy.ts';
import { shopReflex } from './reflex.ts';

export const personalization = defineFlow({
  ...flowFolder(import.meta.url),
  name: 'personalization',
  title: 'Personalization',
  events: shopEvents,
  policySchema: shopPolicy,
  reflex: shopReflex,
  watches: { [ABANDONED]: abandonedWatch },
  workflow: 'personalizationCase',
  outcomes: OUTCOMES,
  conditions: shopConditions,
  labels: shopLabels,
});
