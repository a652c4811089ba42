/** Payments by card: approve, decline, or ask a person. */
import { readFileSync } from 'node:fs';
import type { Flow } from '../../domain/flow.ts';
import { foldingCode } from '../foldingCode.ts';
import { fraudBriefing } from './briefing.ts';
import { fraudLabels } from './labels.ts';
import { paymentTypes } from './payment.ts';
import { type FraudPolicy, fraudPolicy, OUTCOMES } from './policy.ts';
import { fraudReflex } from './reflex.ts';

/** Everything that folding runs through, from `src/`. A test holds this list against the imports of reflex.ts. */
const FOLDING = [
  'flows/fraud/reflex',
  'flows/fraud/cardHistory',
  'flows/fraud/features',
  'flows/fraud/horizon',
  'flows/fraud/judge',
  'flows/fraud/payment',
  'flows/fraud/reasons',
  'flows/fraud/rules',
  'flows/fraud/takeDispute',
  'flows/fraud/takePayment',
  'flows/fraud/terminalHistory',
  'domain/instant',
  'kit/climb',
  'kit/climbNow',
  'kit/sense/amountColumn',
  'kit/sense/bytes',
  'kit/sense/fingerprint',
  'kit/sense/median',
  'kit/sense/timeColumn',
  'flows/fraud/model/fraudModel',
  'kit/treeEnsemble',
  'flows/fraud/model/fraud.model.json',
];

export const fraud: Flow<FraudPolicy> = {
  name: 'fraud',
  title: 'Card fraud',
  types: paymentTypes,
  policySchema: fraudPolicy,
  policyText: readFileSync(new URL('./policy.yaml', import.meta.url), 'utf8'),
  reflex: fraudReflex,
  code: foldingCode(FOLDING),
  workflow: 'fraudCase',
  outcomes: OUTCOMES,
  briefing: fraudBriefing,
  labels: fraudLabels,
};
