/**
 * Demand that may be intermittent: the rate is Gamma distributed given what came (conjugate to Poisson demand; the past is forgotten by a
 * factor a period), so demand of any number of periods is negative binomial.
 */
import type { PeriodAt } from './periods.ts';

/** What is known of demand. Sums are of whole periods before the current one, decayed. */
export interface Demand {
  /** The current period; null before anything was heard. */
  period: number | null;
  /** Of the current period. */
  sum: number;
  past: number;
  periods: number;
}

export interface DemandTerms {
  readonly forget: number;
  readonly priorQuantity: number;
  readonly priorPeriods: number;
}

/** Gamma: the rate's mean is `shape / periods`. */
export interface Rate {
  readonly shape: number;
  readonly periods: number;
}

export const noDemand = (): Demand => ({ period: null, sum: 0, past: 0, periods: 0 });

/** Closes the periods that have ended. */
export function rollTo(demand: Demand, { index }: PeriodAt, { forget }: DemandTerms): void {
  const { period } = demand;
  if (period === null) demand.period = index;
  if (period === null || index <= period) return;
  const empty = index - period - 1;
  const kept = forget ** empty;
  const passed = forget === 1 ? empty : (1 - kept) / (1 - forget);
  demand.past = kept * (forget * demand.past + demand.sum);
  demand.periods = kept * (forget * demand.periods + 1) + passed;
  demand.period = index;
  demand.sum = 0;
}

/** What came late counts in its own period, as far as that is remembered. */
export function addDemand(demand: Demand, quantity: number, { at, terms }: { readonly at: PeriodAt; readonly terms: DemandTerms }): void {
  rollTo(demand, at, terms);
  const late = (demand.period ?? at.index) - at.index;
  if (late === 0) demand.sum += quantity;
  else demand.past += quantity * terms.forget ** (late - 1);
}

/** Of the periods that have ended and as much of the current one as has passed. */
export function rateOf({ past, periods, sum, period }: Demand, { priorQuantity, priorPeriods }: DemandTerms, at: PeriodAt): Rate {
  const share = period === at.index ? at.share : 0;
  return { shape: past + sum + priorQuantity, periods: periods + share + priorPeriods };
}

export const meanOf = ({ shape, periods }: Rate, over: number): number => (shape / periods) * over;

/** The standard deviation of demand over so many periods: that of a Poisson count and of the rate that is not known for sure. */
export function deviationOf({ shape, periods }: Rate, over: number): number {
  const mean = (shape / periods) * over;
  return Math.sqrt(mean * (1 + over / periods));
}
