/** What a level costs: holding for what is left over, a shortage for what is missing. */
import { coverOf, type Discrete } from './discrete.ts';
import { above, density, loss, quantile } from './normal.ts';

export interface UnitCosts {
  readonly holding: number;
  readonly shortage: number;
}

/** The newsvendor's share: of demand that a level should cover. */
export const criticalRatio = ({ holding, shortage }: UnitCosts): number => shortage / (shortage + holding);

/** A cost by level, convex; with the level at which it is least. */
export interface LevelCosts {
  readonly best: number;
  at(level: number): number;
}

/** Of whole levels. G(y + 1) - G(y) = (h + p) F(y) - p; below 0 and above all demand it is a straight line. */
export function discreteCosts(demand: Discrete, costs: UnitCosts): LevelCosts {
  const { holding, shortage } = costs;
  const table = new Float64Array(demand.chances.length + 1);
  table[0] = shortage * demand.mean;
  let covered = 0;
  demand.chances.forEach((chance, units) => {
    covered += chance;
    table[units + 1] = (table[units] as number) + (holding + shortage) * covered - shortage;
  });
  const last = table.length - 1;
  return {
    best: coverOf(demand, criticalRatio(costs)),
    at(level) {
      if (level < 0) return (table[0] as number) - shortage * level;
      if (level > last) return (table[last] as number) + holding * (level - last);
      return table[level] as number;
    },
  };
}

/** Of demand that is normally distributed. */
export function normalCosts({ mean, sd }: { readonly mean: number; readonly sd: number }, costs: UnitCosts): LevelCosts {
  const { holding, shortage } = costs;
  return {
    best: mean + sd * quantile(criticalRatio(costs)),
    at(level) {
      const z = (level - mean) / sd;
      // h E (y - D)+ + p E (D - y)+, each by its own tail
      return sd * (holding * (density(z) + z * (1 - above(z))) + shortage * loss(z));
    },
  };
}
