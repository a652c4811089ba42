/** The schema of policy.yaml. */
import { z } from 'zod';
import { ladderFits, ladderParts } from '../../policy/ladderPolicy.ts';
import { SENSORS_MAX } from './readings.ts';

export const OUTCOMES = ['normal', 'watch', 'alert'] as const;

const MACHINES_MAX = 10_000;
/** A learning time shorter than this knows no deviation worth the name. */
const rows = z.int().min(100).max(5000);
/** Kept until the end of its learning time. */
const jointRows = z.int().min(100).max(1000);

const silent = z
  .int()
  .min(1)
  .max(30 * 86_400);
const later = z
  .int()
  .min(1)
  .max(365 * 86_400);
const cost = z.number().min(0).max(1e9);
const order = z.strictObject({ kind: z.string().regex(/^[\p{L}\p{N}_][\p{L}\p{N} ._/-]{0,63}$/u), cost });

export const maintenancePolicy = z
  .strictObject({
    detect: z.strictObject({
      learnRows: rows,
      jointLearnRows: jointRows,
      sensorsMax: z.int().min(1).max(SENSORS_MAX),
      watchFrom: z.number().min(0).max(1),
    }),
    silence: z.strictObject({ afterSeconds: silent }),
    incident: z.strictObject({
      debounceRows: z.int().min(1).max(1000),
      restShare: z.number().min(0).max(10),
      clearBelow: z.number().min(0).max(1),
    }),
    machines: z
      .record(
        z.string().min(1).max(200),
        z.strictObject({ learnRows: rows.optional(), jointLearnRows: jointRows.optional(), silentAfterSeconds: silent.optional() }),
      )
      .refine((machines) => Object.keys(machines).length <= MACHINES_MAX, { error: `must be at most ${MACHINES_MAX}` })
      .default({}),
    workOrders: z.strictObject({
      usual: order,
      bySensor: z.record(z.string().min(1).max(64), order).default({}),
      silence: order,
      costMax: cost,
    }),
    followUp: z.strictObject({ remindSeconds: later, giveUpSeconds: later, recoverySeconds: later }),
    ...ladderParts(OUTCOMES),
  })
  .superRefine(ladderFits)
  // the reflex climbs both: one that is left out would be climbed all the same
  .refine(({ rungs: [first, second] }) => first?.rung === 'rules' && second?.rung === 'model', {
    error: 'must begin with rules and model, which the reflex climbs',
    path: ['rungs'],
  });

export type MaintenancePolicy = z.infer<typeof maintenancePolicy>;
