/** `signalbox evaluate supply` on small data of the sets' columns. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openShell } from '../../../../test/support/shell.ts';
import { mulberry32 } from '../../../evaluate/bootstrap.ts';
import { LEVELS_OF } from '../evaluate/rules.ts';
import { simulate } from '../evaluate/simulate.ts';

const { printed, run } = openShell();
let directory: string;

const monthOf = (at: number): string => new Date(Date.UTC(2020, at, 1)).toISOString().slice(0, 7);
const dateOf = (day: number): string => {
  const [, name, date, year] = new Date(Date.UTC(2020, 0, 1 + day)).toUTCString().match(/, (\d+) (\w+) (\d+)/) ?? [];
  return `${name}-${date}-${year?.slice(2)}`;
};

/** Parts that are needed less and less; two files of one series. */
async function writeParts(random: () => number): Promise<void> {
  const rows = Array.from({ length: 60 }, (_, part) => [
    `p-${part}`,
    ...Array.from({ length: 36 }, (_, at) => (random() < (at < 18 ? 0.5 : 0.1) ? 1 + Math.floor(3 * random()) : 0)),
  ]);
  for (const [from, to] of [
    [0, 20],
    [20, 36],
  ] as const) {
    const head = ['part', ...Array.from({ length: to - from }, (_, at) => monthOf(from + at))];
    const lines = rows.map(([part, ...cells]) => [part, ...cells.slice(from, to)].join(','));
    await writeFile(join(directory, `carparts_${to}.csv`), [head.join(','), ...lines].join('\n'));
  }
}

/** One vendor is late one time in two, the other one in twenty. */
async function writeDeliveries(random: () => number): Promise<void> {
  const lines = Array.from({ length: 1500 }, (_, at) => {
    const slow = random() < 0.3;
    const late = random() < (slow ? 0.5 : 0.05);
    const vendor = slow ? '"Slow, Inc."' : 'Quick';
    return [at, dateOf(at), dateOf(at + (late ? 9 : -2)), vendor, 'Air', 10].join(',');
  });
  const head = 'ID,Scheduled Delivery Date,Delivered to Client Date,Vendor,Shipment Mode,Line Item Quantity';
  await writeFile(join(directory, 'scms_all.csv'), [head, ...lines].join('\n'));
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-evaluate-'));
  const problems = [
    {
      name: 'lot',
      kind: 'EOQ',
      params: { fixed_cost: 64, demand_rate: 1000, holding_cost: 2 },
      optimal: { Q: 252.98, cost: 505.9644256269407 },
      checks: [{ Q: 500, cost: 628 }],
    },
    {
      name: 'levels',
      kind: '(s,S) Poisson exact',
      params: { holding_cost: 1, stockout_cost: 9, fixed_cost: 64, demand_mean: 20 },
      optimal: { s: 14, S: 62, cost: 49.173 },
    },
  ];
  await writeFile(join(directory, 'problems.json'), JSON.stringify(problems));
  // no list of problems: passed over
  await writeFile(join(directory, 'other.json'), '{"name": 1}');
  await writeFile(join(directory, 'broken.json'), '[{');
  const random = mulberry32(7);
  await writeParts(random);
  await writeDeliveries(random);
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

interface Report {
  readonly sets: readonly {
    readonly set: string;
    readonly rows: number;
    readonly figures: Readonly<Record<string, number>>;
    readonly baselines: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly faults: readonly string[];
    readonly notes: readonly string[];
  }[];
}

describe('signalbox evaluate supply', () => {
  it('evaluate holds problems against their optima, simulates a stock of parts, and ranks deliveries, with what is trivial beside', async () => {
    const plots = join(directory, 'plots');
    await run('evaluate', 'supply', '--data', directory, '--json', '--plots', plots);
    const [optima, parts, deliveries] = (JSON.parse(printed.out) as Report).sets;
    expect(optima).toMatchObject({ set: 'inventory-optima', rows: 2, faults: [] });
    expect(optima?.figures.gapMax).toBeLessThan(0.001);
    expect(optima?.notes[1]).toMatch(/published costs by \d\.\de-\d % at most/);

    // 60 parts: one event to begin with, 12 counts, and what was needed, twice
    expect(parts).toMatchObject({ set: 'carparts', faults: [] });
    expect(parts?.rows).toBeGreaterThan(2 * 60 * 13);
    for (const [name, figures] of Object.entries(parts?.baselines ?? {}))
      if (name !== 'best constant level in hindsight') expect(parts?.figures.cost).toBeLessThan(figures.cost as number);

    expect(deliveries).toMatchObject({ set: 'scms-delivery', rows: 3000, faults: [] });
    // a perfect user of who is slow has .75
    expect(deliveries?.figures.auc).toBeGreaterThan(0.7);
    expect(deliveries?.baselines['the same for all']?.auc).toBe(0.5);
    expect((await readdir(plots)).sort()).toEqual([
      'carparts-cost.svg',
      'inventory-optima-gaps.svg',
      'scms-delivery-calibration.svg',
      'scms-delivery-precision-recall.svg',
    ]);
  });

  it('evaluate names problems that no formula is for, and fails', async () => {
    const own = await mkdtemp(join(tmpdir(), 'signalbox-evaluate-'));
    const problem = { name: 'tour', kind: 'travelling salesman', params: {}, optimal: { cost: 1 } };
    await writeFile(join(own, 'problems.json'), JSON.stringify([problem]));
    expect(await run('evaluate', 'supply', '--data', own, '--json')).toBe(1);
    const faults = (): readonly string[] | undefined => (JSON.parse(printed.out) as Report).sets[0]?.faults;
    expect(faults()).toEqual([
      'tour is of a kind that no formula here is for: travelling salesman',
      'this data is too little to tell gapMax, gapMean',
    ]);
    await writeFile(join(own, 'problems.json'), JSON.stringify([{ ...problem, kind: 'eoq', params: null }]));
    printed.out = '';
    expect(await run('evaluate', 'supply', '--data', own, '--json')).toBe(1);
    expect(faults()?.[0]).toContain('tour lacks what its kind needs');
    await rm(own, { recursive: true });
  });
});

describe('simulate()', () => {
  const costs = { holding: 1, shortage: 9, lead: 1 };

  it('simulate() begins with its first level, gets an order after its lead time, and pays for what is left or missing', () => {
    // 3 - 2 = 1 held; 1 - 2 = 1 missing; the 2 of the second month come: 1 - 0 held
    expect(simulate([3, 3, 3], [2, 2, 0], costs)).toBe(1 + 9 + 1);
    expect(simulate([0, 0, 0], [1, 0, 0], costs)).toBe(9 + 9 + 0);
    expect(simulate([5, 0, 0], [0, 0, 0], { ...costs, lead: 0 })).toBe(15);
  });

  it('the rules set levels by what came before each month alone', () => {
    const demand = [0, 3, 0, 0, 6, 0, 0, 9];
    for (const rule of Object.values(LEVELS_OF)) {
      const levels = rule(demand, 4, costs);
      expect(levels).toHaveLength(4);
      expect(rule([...demand.slice(0, 6), 100, 100], 4, costs).slice(0, 3)).toEqual(levels.slice(0, 3));
    }
    expect(LEVELS_OF.naive?.(demand, 4, costs)).toEqual([0, 12, 0, 0]);
  });
});
