/** The schema of policy.yaml. */
import { z } from 'zod';
import { ladderFits, ladderParts } from '../../policy/ladderPolicy.ts';

/** The final ones: `review` is only ever provisional. */
export const OUTCOMES = ['approve', 'decline'] as const;

const count = z.int().min(0).max(1000);
const probability = z.number().min(0).max(1);

export const fraudPolicy = z
  .strictObject({
    bands: z
      .strictObject({ reviewFrom: probability, declineFrom: probability })
      .refine(({ reviewFrom, declineFrom }) => reviewFrom <= declineFrom, { error: 'must not be below reviewFrom', path: ['declineFrom'] }),
    rules: z.strictObject({
      velocity: z.strictObject({ paymentsPerHourMax: count }),
      failures: z.strictObject({ failuresPerHourMax: count }),
      newCard: z.strictObject({ knownPaymentsMin: count }),
    }),
    limits: z.strictObject({ autoApproveMax: z.number().min(0).max(1e12) }),
    ...ladderParts(OUTCOMES),
  })
  .superRefine(ladderFits);

export type FraudPolicy = z.infer<typeof fraudPolicy>;
