/** The schema of policy.yaml. */
import { z } from 'zod';
import { ladderFits, ladderParts } from '../../policy/ladderPolicy.ts';

export const OUTCOMES = ['hold', 'reprice'] as const;

/** Kept of a product: times of its changes. */
export const CHANGES_MAX = 50;

const share = z.number().min(0).max(1);
const step = z.number().min(0).max(0.9);
const seconds = z
  .int()
  .min(0)
  .max(365 * 86_400);
const periods = z.number().min(0).max(1000);

export const pricingPolicy = z
  .strictObject({
    demand: z.strictObject({
      periodDays: z.number().min(0.0005).max(60),
      halfLifePeriods: z.number().min(2).max(1000),
      priceSlope: z.number().min(-10).max(0),
      learnPeriods: z.int().min(1).max(200),
    }),
    rails: z
      .strictObject({
        marginMin: z.number().min(0).max(0.95),
        stepAlone: step,
        stepMax: step,
        changesPerWeekMax: z.int().min(0).max(CHANGES_MAX),
        points: z.strictObject({ step: z.number().min(0.01).max(1e6), ending: z.number().min(0).max(1e6) }),
      })
      .refine(({ stepAlone, stepMax }) => stepAlone <= stepMax, { error: 'must not be below stepAlone', path: ['stepMax'] })
      .refine(({ points }) => points.ending < points.step, { error: 'must be below step', path: ['points', 'ending'] }),
    gainMin: share,
    rivals: z.strictObject({ staleSeconds: seconds, aboveMax: z.number().min(0).max(10) }),
    stock: z.strictObject({ coverPeriods: z.number().min(0.1).max(1000), leftoverCost: share }),
    clearance: z.strictObject({ fromCoverPeriods: periods, belowCostMax: step }),
    settleSeconds: seconds,
    askAgainSeconds: seconds,
    handSeconds: seconds,
    holdout: z.strictObject({ share, salt: z.string().max(64) }),
    ...ladderParts(OUTCOMES),
  })
  .superRefine(ladderFits)
  // the reflex climbs both: one that is left out would be climbed all the same
  .refine(({ rungs: [first, second] }) => first?.rung === 'rules' && second?.rung === 'model', {
    error: 'must begin with rules and model, which the reflex climbs',
    path: ['rungs'],
  });

export type PricingPolicy = z.infer<typeof pricingPolicy>;
