/** The schema of policy.yaml. */
import { z } from 'zod';
import { ladderFits, ladderParts } from '../../policy/ladderPolicy.ts';
import { PERIODS } from './stock/periods.ts';

export const OUTCOMES = ['none', 'reorder', 'expedite', 'escalate'] as const;

const SKUS_MAX = 10_000;
const SUPPLIERS_MAX = 1000;
const DAY_SECONDS = 86_400;

const amount = z.number().min(0).max(1e9);
const above0 = z.number().min(1e-6).max(1e9);
const seconds = z
  .int()
  .min(0)
  .max(365 * DAY_SECONDS);
const supplier = z.string().regex(/^[\p{L}\p{N}_][\p{L}\p{N} ._/-]{0,63}$/u, 'must be a name of up to 64 letters, digits, spaces or ._/-');
const most = (max: number) => [(one: object) => Object.keys(one).length <= max, { error: `must be at most ${max}` }] as const;

/** Of a sku: costs are in your currency, of holding and of a shortage a unit and period. */
const terms = {
  supplier,
  leadPeriods: z.number().min(0).max(60),
  orderCost: amount,
  unitCost: amount,
  holding: above0,
  shortage: above0,
  /** Orders are whole packs of so many. */
  pack: above0,
};

/** What it costs more, and what it gains. */
const remedy = { fixed: amount, perUnit: amount };

export const supplyPolicy = z
  .strictObject({
    /** Of a sale that names no store. */
    defaultLocation: z.string().min(1).max(200),
    demand: z.strictObject({
      period: z.enum(PERIODS),
      forget: z.number().min(0.01).max(1),
      priorQuantity: z.number().min(1e-6).max(1e6),
      priorPeriods: z.number().min(1e-3).max(1000),
    }),
    stock: z.strictObject({
      usual: z.strictObject(terms),
      bySku: z
        .record(z.string().min(1).max(200), z.strictObject(terms).partial())
        .refine(...most(SKUS_MAX))
        .default({}),
    }),
    orders: z.strictObject({
      windowSeconds: seconds,
      /** By supplier, where another window holds. */
      windows: z
        .record(supplier, seconds)
        .refine(...most(SUPPLIERS_MAX))
        .default({}),
      freshSeconds: seconds.min(1),
      pendingSeconds: seconds.min(1),
      confirmSeconds: seconds.min(1),
      costMax: amount,
    }),
    shipments: z.strictObject({
      halfLifeDays: z.number().min(0.1).max(10_000),
      priorRows: z.number().min(0.1).max(1000),
      usualDelayDays: z.number().min(0.01).max(365),
      graceSeconds: seconds,
      silenceSeconds: seconds.min(1),
      lateCost: amount,
      expedite: z.strictObject({ ...remedy, saves: z.number().min(0).max(1) }),
      resource: z.strictObject({ ...remedy, days: z.number().min(0).max(365), supplier }),
      deliverySeconds: seconds.min(1),
    }),
    ...ladderParts(OUTCOMES),
  })
  .superRefine(ladderFits)
  // the reflex climbs both: one that is left out would be climbed all the same
  .refine(({ rungs: [first, second] }) => first?.rung === 'rules' && second?.rung === 'model', {
    error: 'must begin with rules and model, which the reflex climbs',
    path: ['rungs'],
  });

export type SupplyPolicy = z.infer<typeof supplyPolicy>;
export type Terms = SupplyPolicy['stock']['usual'];

/** A sku's own terms over everybody's. */
export function termsOf({ stock: { usual, bySku } }: Pick<SupplyPolicy, 'stock'>, sku: string): Terms {
  const own = Object.hasOwn(bySku, sku) ? bySku[sku] : undefined;
  if (own === undefined) return usual;
  return Object.fromEntries(Object.entries(usual).map(([name, value]) => [name, own[name as keyof Terms] ?? value])) as unknown as Terms;
}
