/** The schema of policy.yaml. */
import { z } from 'zod';
import { ladderFits, ladderParts } from '../../policy/ladderPolicy.ts';

/** The final ones: `review` is only ever provisional. */
export const OUTCOMES = ['approve', 'decline'] as const;

const count = z.int().min(0).max(1000);
/** More within an hour are not remembered. */
const cards = z.int().min(1).max(500);
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
      // policies of before have neither
      cardTesting: z
        .strictObject({
          smallAmountMax: z.number().min(0).max(1e12),
          cardsPerHourMax: z.strictObject({ terminal: cards, device: cards, range: cards }),
        })
        .optional(),
      travel: z
        .strictObject({ kmPerHourMax: z.number().min(1).max(100_000), remoteChannels: z.array(z.string().min(1).max(512)).max(50) })
        .optional(),
    }),
    /** Absent: as many as there are. */
    reviews: z.strictObject({ perDayMax: z.int().min(0).max(1_000_000) }).optional(),
    limits: z.strictObject({ autoApproveMax: z.number().min(0).max(1e12) }),
    ...ladderParts(OUTCOMES),
  })
  .superRefine(ladderFits);

export type FraudPolicy = z.infer<typeof fraudPolicy>;
