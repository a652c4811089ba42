/** Waiting, speeding a shipment up, or buying the goods elsewhere: what costs least to be expected. */
import type { SupplyPolicy } from '../policy.ts';
import { at, type Lateness } from './lanes.ts';

export type Choice = 'wait' | 'expedite' | 're-source';

/** A forecast of how late it will be, in days behind what was promised. */
export interface Expected {
  readonly chance: number;
  /** Of a shipment that is late, to be expected. */
  readonly lateDays: number;
  /** Eight of ten delays lie between; null where too little is known. */
  readonly between: readonly [from: number, to: number] | null;
}

/** @param behindDays how late it is already; below 0 before the promised time. */
export function expectedOf({ chance, delays }: Lateness, behindDays: number, usualDelayDays: number): Expected {
  const left = delays.filter((delay) => delay > behindDays);
  const late = left.filter((delay) => delay > 0);
  const mean = late.reduce((sum, delay) => sum + delay, 0) / late.length;
  return {
    chance: behindDays > 0 ? 1 : chance,
    // later than all that were seen: it takes as long again as is usual
    lateDays: late.length > 0 ? mean : Math.max(0, behindDays) + usualDelayDays,
    between: left.length > 0 ? [at(left, 0.1), at(left, 0.9)] : null,
  };
}

export interface Chosen {
  readonly choice: Choice;
  /** To be expected of each, in your currency: of lateness and of what is paid for more speed. */
  readonly costs: Readonly<Record<Choice, number>>;
  /** To be paid for the choice. */
  readonly price: number;
}

export function choose(
  { lateCost, expedite, resource }: SupplyPolicy['shipments'],
  quantity: number,
  { expected, behindDays }: { readonly expected: Expected; readonly behindDays: number },
): Chosen {
  const lateness = quantity * lateCost * expected.chance * expected.lateDays;
  // what is late already stays so, however fast the rest goes
  const past = quantity * lateCost * Math.min(expected.lateDays, Math.max(0, behindDays));
  const faster = expedite.fixed + quantity * expedite.perUnit;
  const anew = resource.fixed + quantity * resource.perUnit;
  const costs = {
    wait: lateness,
    expedite: faster + past + (1 - expedite.saves) * Math.max(0, lateness - past),
    're-source': anew + quantity * lateCost * Math.max(0, behindDays + resource.days),
  };
  const names = Object.keys(costs) as Choice[];
  const choice = names.reduce((least, name) => (costs[name] < costs[least] ? name : least));
  return { choice, costs, price: { wait: 0, expedite: faster, 're-source': anew }[choice] };
}
