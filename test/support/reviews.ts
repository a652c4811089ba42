/** A small flow for tests of cases: every payment goes to a review, with the provisional decision of a reflex without state. */

import { z } from 'zod';
import type { JsonObject } from '../../src/domain/event.ts';
import type { Folded } from '../../src/domain/flow/reflex.ts';
import type { Flow } from '../../src/domain/flow.ts';
import type { Arrival } from '../../src/log/arrival.ts';
import { ladderFits, ladderParts } from '../../src/policy/ladderPolicy.ts';
import { arrival } from './arrivals.ts';

const policySchema = z.strictObject(ladderParts(['approve', 'decline'])).superRefine(ladderFits);
type ReviewPolicy = z.input<typeof policySchema>;

const POLICY: ReviewPolicy = {
  approvals: {
    deadlineSeconds: 86_400,
    remindersSeconds: [3600, 7200],
    escalation: [{ afterSeconds: 10_800, to: 'head-of-risk' }],
    default: 'decline',
    bySignal: true,
  },
  actions: [
    { name: 'release', on: 'approve' },
    { name: 'block', on: 'decline' },
  ],
};

function fold(): Folded {
  const decision = {
    outcome: 'review',
    confidence: 0.5,
    score: 0.4,
    rung: 'model' as const,
    reasons: [
      { code: 'amount-unusual', text: 'the amount is far from the habit', weight: 0.3 },
      { code: 'known-terminal', text: 'the terminal is known', weight: -0.5 },
      { code: 'noted', text: 'weighs nothing' },
    ],
    result: {},
    provisional: true,
    rungs: [],
  };
  const rungs = [{ rung: 'model' as const, outcome: 'review', confidence: 0.5, ms: 1, abstained: 'in the review band' }];
  return { states: [], decision, signal: { found: { ratio: 4 }, rungs } };
}

/** Named as the shipped flow is; `approvals` and `actions` change the policy. */
export function reviews(
  approvals: Partial<ReviewPolicy['approvals']> = {},
  workflow = 'fraudCase',
  actions: ReviewPolicy['actions'] = POLICY.actions,
): Flow<z.output<typeof policySchema>> {
  return {
    name: 'fraud',
    title: 'Reviews for tests',
    outcomes: ['approve', 'decline'],
    types: {
      'payment.attempted': {
        schema: z.looseObject({ cardId: z.string() }) as unknown as z.ZodType<JsonObject>,
        subject: (data) => String(data.cardId),
        fields: { paymentId: 'id', cardId: 'id', terminalId: 'id', amount: 'plain', currency: 'plain', pin: 'secret' },
      },
    },
    policySchema,
    policyText: JSON.stringify({ ...POLICY, approvals: { ...POLICY.approvals, ...approvals }, actions }),
    code: 'reviews-1',
    workflow,
    reflex: {
      format: 1,
      keys: () => [],
      latenessMs: Number.MAX_SAFE_INTEGER,
      newestMs: () => 0,
      fold,
      show: () => ({}),
      subjectKey: (subject) => subject,
    },
  };
}

interface PaymentOptions {
  readonly expiresAt?: string | null;
  /** Laid over the data. */
  readonly data?: JsonObject;
}

export function payment(id: string, cardId = 'card-1', { expiresAt = null, data: over = {} }: PaymentOptions = {}): Arrival {
  const data: JsonObject = { paymentId: id, cardId, terminalId: 'terminal-1', amount: 120, currency: 'EUR', ...over };
  const more = expiresAt === null ? {} : { expirytime: expiresAt };
  return arrival({ id, source: '/shop', type: 'payment.attempted', subject: cardId, data, expiresAt, more });
}
