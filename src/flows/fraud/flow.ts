/** Payments by card: approve, decline, or ask a person. */
import { defineFlow } from '../../kit/defineFlow.ts';
import { flowFolder } from '../flowFolder.ts';
import { modelCard } from '../modelCard.ts';
import { fraudBriefing } from './briefing.ts';
import { fraudConditions } from './conditions.ts';
import { fraudLabels } from './labels.ts';
import { paymentEvents } from './payment.ts';
import { fraudPolicy, OUTCOMES } from './policy.ts';
import { fraudReflex } from './reflex.ts';

export const fraud = defineFlow({
  ...flowFolder(import.meta.url),
  name: 'fraud',
  title: 'Card fraud',
  events: paymentEvents,
  policySchema: fraudPolicy,
  reflex: fraudReflex,
  workflow: 'fraudCase',
  outcomes: OUTCOMES,
  briefing: fraudBriefing,
  labels: fraudLabels,
  models: [
    modelCard(new URL('./model/fraud.model.json', import.meta.url), {
      name: 'fraud',
      figures: { auc: 0.888, averagePrecision: 0.756, cardPrecision100: 0.303 },
      measured: '`signalbox evaluate fraud` on the week from 2018-08-08, which it has not seen',
    }),
  ],
  conditions: fraudConditions,
});
