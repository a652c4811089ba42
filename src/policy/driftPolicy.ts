/** The part of policies about drift: how long what came is looked at, and how far it may move. */
import { z } from 'zod';

const DAY_SECONDS = 86_400;

export const driftPolicy = z.strictObject({
  /** In event time. Whole weeks, where days of the week differ. */
  windowSeconds: z
    .int()
    .min(1)
    .max(90 * DAY_SECONDS)
    .default(7 * DAY_SECONDS),
  /** So many windows are learnt from before any is compared. */
  referenceWindows: z.int().min(1).max(100).default(4),
  /** Fewer decisions than these are not compared: a window goes on until it has them. */
  decisionsMin: z.int().min(100).max(1_000_000).default(500),
  /** The same of labelled decisions. */
  labelsMin: z.int().min(50).max(1_000_000).default(100),
  /** The population stability index from which inputs or scores have drifted. */
  shiftMax: z.number().min(0.01).max(10).default(0.25),
  /** How far what is expected of scores and what comes true may move against each other. */
  calibrationMax: z.number().min(0.01).max(1).default(0.1),
});
export type DriftPolicy = z.infer<typeof driftPolicy>;

const USUAL = driftPolicy.parse({});

/** That of a policy; what is usual where it has none. */
export function driftOf(policy: unknown): DriftPolicy {
  const part = typeof policy === 'object' && policy !== null ? (policy as { drift?: unknown }).drift : undefined;
  const read = driftPolicy.safeParse(part ?? {});
  return read.success ? read.data : USUAL;
}
