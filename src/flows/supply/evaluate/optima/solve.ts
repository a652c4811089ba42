/** Which formula a problem asks for, by the words of its kind. */
import { disruptedBase, disruptedLot, yieldBase, yieldLot } from './faults.ts';
import { baseStock, lotAtLevel, newsvendorOf, periodicLevels } from './levels.ts';
import { backorderedLot, discountedLot, economicLot, lotsByPeriod } from './lots.ts';
import type { Problem, Solved } from './problem.ts';

/** The first that fits. A lot of a known demand is an EOQ, whatever is added to it. */
const FAMILIES: readonly (readonly [RegExp, (problem: Problem) => Solved])[] = [
  [/wagner|dynamic lot/, lotsByPeriod],
  [/eoq.*disruption/, (problem) => disruptedLot(problem, { approx: /approx/.test(wordsOf(problem)) })],
  [/disruption/, disruptedBase],
  [/eoq.*yield/, (problem) => yieldLot(problem, { additive: !/multiplicative/.test(wordsOf(problem)) })],
  [/yield/, yieldBase],
  [/discount/, (problem) => discountedLot(problem, { incremental: /incremental/.test(wordsOf(problem)) })],
  [/backorder/, backorderedLot],
  [/\(s, ?s\)/, periodicLevels],
  [/\(r, ?q\)/, lotAtLevel],
  [/newsvendor.*uniform/, (problem) => newsvendorOf(problem, 'uniform')],
  [/newsvendor.*exponential/, (problem) => newsvendorOf(problem, 'exponential')],
  [/newsvendor|base.?stock/, baseStock],
  [/eoq|epq|economic/, economicLot],
];

const wordsOf = ({ kind }: Problem): string => kind.toLowerCase();

/** Null for a kind that none of the formulas is of. */
export function solve(problem: Problem): Solved | null {
  const family = FAMILIES.find(([words]) => words.test(wordsOf(problem)));
  return family === undefined ? null : family[1](problem);
}
