/**
 * Problems of stock whose optimum is published (L. V. Snyder and Z.-J. M. Shen, "Fundamentals of Supply Chain Theory"; Y.-S. Zheng and
 * A. Federgruen 1991; as stockpyl by L. V. Snyder has them). A gap is the long-run cost of what is chosen over the least, in percent. No
 * events: the formulas that the flow orders by, and their kin, are called.
 */
import type { JsonObject } from '../../../domain/event.ts';
import { intervalsOf } from '../../../evaluate/bootstrap.ts';
import type { DataSet, Evaluated, Given } from '../../../evaluate/dataSet.ts';
import { chart } from '../../../evaluate/svg.ts';
import type { Policy, Problem } from './optima/problem.ts';
import { solve } from './optima/solve.ts';

const FLOOR_PERCENT = 0.01;

interface Gap {
  readonly name: string;
  readonly percent: number;
  /** By how much our cost of published policies differs from their published cost, in percent. */
  readonly costPercent: number;
  readonly ms: number;
}

const percentOf = (ours: number, theirs: number): number => 100 * Math.abs(ours / theirs - 1);

/** Null for a kind that nobody here solves. */
function gapOf(given: JsonObject): Gap | null {
  const {
    name,
    kind,
    params,
    optimal,
    checks = [],
  } = given as unknown as Problem & {
    readonly optimal: Policy & { readonly cost: number };
    readonly checks?: readonly (Policy & { readonly cost: number })[];
  };
  const startedMs = performance.now();
  const solved = solve({ name, kind, params });
  if (solved === null) return null;
  const ms = performance.now() - startedMs;
  const names = Object.keys(solved.policy);
  const stated = [optimal, ...checks].filter((policy) => names.every((key) => policy[key] !== undefined));
  return {
    name,
    ...{ percent: percentOf(solved.cost(solved.policy), optimal.cost), ms },
    costPercent: Math.max(0, ...stated.map((policy) => percentOf(solved.cost(policy), policy.cost))),
  };
}

function gapOrFault(item: JsonObject): Gap | string {
  try {
    return gapOf(item) ?? `${String(item.name)} is of a kind that no formula here is for: ${String(item.kind)}`;
  } catch (error) {
    // what is wrong with a problem's numbers, or with a problem that lacks some
    return error instanceof TypeError ? `${String(item.name)} lacks what its kind needs: ${error.message}` : (error as Error).message;
  }
}

async function evaluateOptima({ items }: Given): Promise<Evaluated> {
  const found = items.map(gapOrFault);
  const gaps = found.filter((gap) => typeof gap !== 'string');
  const faults = found.filter((gap) => typeof gap === 'string');
  const most = (of: (gap: Gap) => number): number => gaps.reduce((max, gap) => Math.max(max, of(gap)), gaps.length === 0 ? Number.NaN : 0);
  const slowest = gaps.reduce<Gap | null>((max, gap) => (max === null || gap.ms > max.ms ? gap : max), null);
  const widest = gaps.reduce<Gap | null>((max, gap) => (max === null || gap.percent > max.percent ? gap : max), null);
  const gapMax = (weights?: ArrayLike<number>) => ({ gapMax: most((gap) => ((weights?.[gaps.indexOf(gap)] ?? 1) > 0 ? gap.percent : 0)) });
  return {
    ...{ rows: items.length, figures: { ...gapMax(), gapMean: gaps.reduce((sum, { percent }) => sum + percent, 0) / gaps.length } },
    intervals: { drawn: 'problems', of: intervalsOf(gaps.length, gapMax) },
    baselines: {},
    notes: [
      `${gaps.length} problems, gaps in percent of the published least cost, which is rounded; widest: ${widest?.name}`,
      `our costs of published policies differ from their published costs by ${most(({ costPercent }) => costPercent).toExponential(1)} % at most`,
      `slowest: ${slowest?.name}, ${slowest?.ms.toFixed(1)} ms`,
    ],
    faults,
    plots: [
      {
        name: 'inventory-optima-gaps',
        svg: chart({
          title: 'Optima: gaps in percent, in the order of the problems, and the floor',
          x: { label: 'problem', from: 1, to: Math.max(2, gaps.length) },
          y: {
            label: '%',
            from: 0,
            to: Math.max(
              FLOOR_PERCENT,
              most(({ percent }) => percent),
            ),
          },
          lines: [
            { points: gaps.map(({ percent }, at) => [at + 1, percent] as const), color: '#1f6feb' },
            { points: [[1, FLOOR_PERCENT] as const, [Math.max(2, gaps.length), FLOOR_PERCENT] as const], color: '#888', dashed: true },
          ],
        }),
      },
    ],
  };
}

export const inventoryOptima: DataSet = {
  name: 'inventory-optima',
  title: 'Stock problems with a published optimum',
  columns: ['name', 'kind', 'params', 'optimal'],
  form: 'list',
  lower: ['gapMax', 'gapMean'],
  floors: { gapMax: FLOOR_PERCENT },
  published: { 'the optimum itself': { gapMax: 0, gapMean: 0 } },
  evaluate: evaluateOptima,
};
