/** The examples of why not. A test holds them against their schema. */
import type { WhyNot } from './whyNot.ts';

const first = {
  ...{ rung: 'model' as const, name: 'score', text: 'probability of fraud', seen: 0.41, needed: 'below 0.15', met: false, limit: 0.15 },
};

export const whyNotExample: WhyNot = {
  ...{ event: 'evt_fraud.17', type: 'payment.attempted', outcome: 'approve' },
  text: 'approve did not happen: probability of fraud: 0.41, and it takes below 0.15',
  flows: [
    {
      ...{ flow: 'fraud', takes: true, event: 'evt_fraud.17', status: 'signalled' },
      text: 'approve did not happen: probability of fraud: 0.41, and it takes below 0.15',
      ...{ decision: 'dec_fraud.17.0', outcome: 'review', provisional: true },
      outcomes: [
        {
          ...{ outcome: 'approve', happened: false, text: 'approve did not happen: probability of fraud: 0.41, and it takes below 0.15' },
          rungs: [{ rung: 'model', said: 'passed on: the probability lies between 0.15 and 0.9', conditions: [first], first }],
          first,
        },
      ],
      score: { value: 0.41, bands: [{ outcome: 'approve', from: 0, to: 0.15 }] },
      flip: { outcome: 'approve', text: 'It would be approve if probability of fraud were below 0.15 (it is 0.41)', conditions: [first] },
    },
  ],
};
