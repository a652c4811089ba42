/**
 * Monthly demand of 2,674 car parts, most of it nothing (R. J. Hyndman and others 2008, R package expsmooth), judged by a simulated stock:
 * each month's order-up-to level is what the flow says at its start, knowing the months before. The data has no costs: ours are one for
 * a unit held over a month and nine for one that is missing (four in a second round), and a lead time of one month. A measure of the
 * forecast alone cannot judge here, as nothing everywhere is the best one.
 */

import { CannotRun } from '../../../domain/errors.ts';
import type { JsonObject } from '../../../domain/event.ts';
import { intervalsOf } from '../../../evaluate/bootstrap.ts';
import type { CsvTable } from '../../../evaluate/csv.ts';
import type { DataEvent, DataSet, Evaluated, Figures, Given } from '../../../evaluate/dataSet.ts';
import { chart } from '../../../evaluate/svg.ts';
import { COUNTED, DEMANDED } from '../events.ts';
import { LEVELS_OF, type Rule } from './rules.ts';
import { type Costs, simulate } from './simulate.ts';

const MONTH = /^(\d{4})-(\d\d)$/;
const SCORED_MONTHS = 12;
const COSTS: Costs = { holding: 1, shortage: 9, lead: 1 };
const CHEAPER: Costs = { ...COSTS, shortage: 4 };
/** Learned on the months that are open. */
const DEMAND = { period: 'month', forget: 0.8, priorQuantity: 0.6, priorPeriods: 2 } as const;

interface Parts {
  /** `YYYY-MM`, in order. */
  readonly months: readonly string[];
  /** By part; nothing where the data tells nothing. */
  readonly demand: ReadonlyMap<string, readonly number[]>;
}

/** Nothing is told by an empty cell, NA or NaN. */
function unitsOf(cell: string, where: string): number {
  const units = /^\s*(NA|NaN)?\s*$/i.test(cell) ? 0 : Number(cell);
  if (units >= 0 && units < Number.POSITIVE_INFINITY) return units;
  throw new CannotRun(`Cannot read ${where} must be a number from 0: ${cell.slice(0, 40)}`);
}

async function readParts(tables: readonly CsvTable[]): Promise<Parts> {
  const monthsOf = ({ columns }: CsvTable): string[] => columns.filter((column) => MONTH.test(column));
  const months = [...new Set(tables.flatMap(monthsOf))].sort();
  if (months.length <= SCORED_MONTHS)
    throw new CannotRun(
      `Cannot evaluate as the parts must have more than ${SCORED_MONTHS} months (columns like 2001-03): ${months.length}`,
    );
  const demand = new Map<string, number[]>();
  for (const table of tables) {
    const own = monthsOf(table);
    for await (const [part, ...cells] of table.rows(['part', ...own]) as AsyncGenerator<[string, ...string[]]>) {
      const known = demand.get(part) ?? months.map(() => 0);
      demand.set(part, known);
      own.forEach((month, at) => {
        // a month of which nothing is told had no demand
        known[months.indexOf(month)] = unitsOf(cells[at] as string, `${table.name}: part ${part}, ${month}`);
      });
    }
  }
  return { months, demand };
}

interface Asked extends DataEvent {
  /** The part whose level is asked for; null for demand. */
  readonly asks: string | null;
}

/** Each month first what is to be ordered, then what was needed. By costs at a place of their own: a service has both rounds in one log. */
function* eventsOf({ months, demand }: Parts, location: string): Generator<Asked> {
  for (const [at, month] of months.entries()) {
    const [, year, number] = MONTH.exec(month) as unknown as [string, string, string];
    const [startMs, middleMs] = [Date.UTC(Number(year), Number(number) - 1, 1), Date.UTC(Number(year), Number(number) - 1, 15)];
    const scored = at >= months.length - SCORED_MONTHS;
    for (const part of scored ? demand.keys() : []) {
      const data = { sku: part, location, onHand: 0, onOrder: 0 };
      yield { id: `${location}:${part}:${month}:count`, type: COUNTED, timeMs: startMs, asks: part, data };
    }
    for (const [part, units] of demand) {
      const quantity = units[at] as number;
      // the first month begins what is known of a part
      if (quantity > 0 || at === 0)
        yield { id: `${location}:${part}:${month}`, type: DEMANDED, timeMs: middleMs, asks: null, data: { sku: part, location, quantity } };
    }
  }
}

const policyWith =
  ({ holding, shortage, lead }: Costs) =>
  (content: JsonObject): JsonObject => {
    const stock = content.stock as { usual: JsonObject };
    const usual = { ...stock.usual, leadPeriods: lead, orderCost: 0, holding, shortage, pack: 1 };
    return { ...content, demand: DEMAND, stock: { usual, bySku: {} }, orders: { ...(content.orders as JsonObject), windowSeconds: 0 } };
  };

/** By part, a level for each scored month. */
async function askLevels(
  parts: Parts,
  costs: Costs,
  decide: Given['decide'],
): Promise<{ levels: ReadonlyMap<string, number[]>; rows: number }> {
  const levels = new Map<string, number[]>([...parts.demand.keys()].map((part) => [part, []]));
  let rows = 0;
  for await (const { sent, result } of decide({ policy: policyWith(costs), events: eventsOf(parts, `cost-${costs.shortage}`) })) {
    rows += 1;
    if (sent.asks !== null) levels.get(sent.asks)?.push(Number(result.orderUpTo));
  }
  return { levels, rows };
}

/** A part and month, by part. */
function costsOf({ months, demand }: Parts, costs: Costs, levelsOf: (part: string, past: number) => readonly number[]): number[] {
  const past = months.length - SCORED_MONTHS;
  return [...demand].map(([part, units]) => simulate(levelsOf(part, past), units.slice(past), costs) / SCORED_MONTHS);
}

const mean = (values: readonly number[], weights?: ArrayLike<number>): number =>
  values.reduce((sum, value, at) => sum + value * (weights?.[at] ?? 1), 0) / values.length;

const byRule = (parts: Parts, costs: Costs, rule: Rule): number[] =>
  costsOf(parts, costs, (part, past) => rule(parts.demand.get(part) as readonly number[], past, costs));

async function evaluateCarparts({ tables, decide }: Given): Promise<Evaluated> {
  const parts = await readParts(tables);
  const [nine, four] = [await askLevels(parts, COSTS, decide), await askLevels(parts, CHEAPER, decide)];
  const ours = costsOf(parts, COSTS, (part) => nine.levels.get(part) ?? []);
  const oursCheaper = costsOf(parts, CHEAPER, (part) => four.levels.get(part) ?? []);
  const rules = Object.entries(LEVELS_OF).map(([name, rule]) => [name, byRule(parts, COSTS, rule), byRule(parts, CHEAPER, rule)] as const);
  const figures = { cost: mean(ours), cost4: mean(oursCheaper) };
  const dearer = rules.filter(([, costs]) => mean(costs) <= figures.cost).map(([name]) => name);
  const unsaid = [...nine.levels.values()].flat().filter((level) => !Number.isFinite(level)).length;
  return {
    ...{ rows: nine.rows + four.rows, figures },
    intervals: {
      drawn: 'parts',
      of: intervalsOf(ours.length, (weights) => ({ cost: mean(ours, weights), cost4: mean(oursCheaper, weights) })),
    },
    baselines: Object.fromEntries([
      ...rules.map(([name, costs, cheaper]): [string, Figures] => [name, { cost: mean(costs), cost4: mean(cheaper) }]),
      ['best constant level in hindsight', { cost: mean(inHindsight(parts, COSTS)), cost4: mean(inHindsight(parts, CHEAPER)) }],
    ]),
    notes: [
      `${parts.demand.size} parts, ${parts.months.length} months, the last ${SCORED_MONTHS} are scored: a part and month, at 1 for a unit held, 9 (cost) or 4 (cost4) for one that is missing, and a lead time of one month. These costs are ours`,
    ],
    faults: [...dearer.map((name) => `${name} costs no more`), ...(unsaid === 0 ? [] : [`${unsaid} months of parts got no level`])],
    plots: [{ name: 'carparts-cost', svg: plotOf([['supply', ours], ...rules.map(([name, costs]) => [name, costs] as const)]) }],
  };
}

/** For each part what it would have cost least to keep all the year; nobody can know it. */
function inHindsight({ months, demand }: Parts, costs: Costs): number[] {
  const past = months.length - SCORED_MONTHS;
  return [...demand.values()].map((units) => {
    const scored = units.slice(past);
    const most = scored.reduce((sum, quantity) => sum + quantity, 0);
    let best = Number.POSITIVE_INFINITY;
    for (let level = 0; level <= most; level += 1)
      best = Math.min(
        best,
        simulate(
          scored.map(() => level),
          scored,
          costs,
        ),
      );
    return best / SCORED_MONTHS;
  });
}

const COLORS = ['#1f6feb', '#d29922', '#cf222e', '#8250df', '#2da44e', '#888'];

/** The share of parts that cost no more than so much. */
function plotOf(ways: readonly (readonly [string, readonly number[]])[]): string {
  const most = 15;
  const lines = ways.map(([label, costs], nth) => {
    const sorted = costs.toSorted((a, b) => a - b);
    const points = Array.from({ length: 101 }, (_, at) => {
      const limit = (at * most) / 100;
      return [limit, sorted.filter((cost) => cost <= limit).length / sorted.length] as const;
    });
    return { points, label, color: COLORS[nth % COLORS.length] as string };
  });
  return chart({
    title: 'Car parts: share of parts by what they cost a month at most',
    x: { label: 'cost of a part and month', from: 0, to: most },
    y: { label: 'share', from: 0, to: 1 },
    lines,
  });
}

export const carparts: DataSet = {
  name: 'carparts',
  title: 'Car parts, a simulated stock',
  columns: ['part'],
  lower: ['cost', 'cost4'],
  floors: { cost: 3.55 },
  published: {},
  evaluate: evaluateCarparts,
};
