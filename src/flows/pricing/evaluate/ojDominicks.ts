/**
 * Refrigerated orange juice at Dominick's (A. L. Montgomery, 1997; the R package bayesm), by the protocol of microsoft/forecasting: rounds of
 * two test weeks, of which prices and promotions are known; what was sold is known up to two weeks before the first. The last ten rounds that
 * the weeks allow are scored. One pass: sales are told week by week, and each round asks once its weeks are over.
 */
import { CannotRun } from '../../../domain/errors.ts';
import { intervalsOf } from '../../../evaluate/bootstrap.ts';
import type { DataSet, Evaluated, Figures, Given, Plot } from '../../../evaluate/dataSet.ts';
import { chart, type Point } from '../../../evaluate/svg.ts';
import { asks, asksBrand, OJ_COLUMNS, type Row, readWeeks, Teller, type Told } from './ojWeeks.ts';
import { OJ_PUBLISHED } from './published.ts';

const ROUNDS = 10;
const HORIZON_WEEKS = 2;
const GAP_WEEKS = 2;
/** An absolute percentage error is least a bit below the median, the more the wider the spread. Chosen on the open weeks. */
const SPREAD_SHARE = 0.6;
const FACTOR = 1.01;

interface Round {
  /** From 0, in order of time. */
  readonly nth: number;
  readonly firstWeek: number;
  readonly knownWeek: number;
}

/** The last of them ends with the last week. */
function roundsOf(weeks: readonly number[]): Round[] {
  const [first = 0, last = 0] = [weeks[0], weeks.at(-1)];
  const begins = Array.from({ length: ROUNDS }, (_, at) => last + 1 - HORIZON_WEEKS * (ROUNDS - at));
  return begins.filter((week) => week - GAP_WEEKS >= first).map((firstWeek, nth) => ({ nth, firstWeek, knownWeek: firstWeek - GAP_WEEKS }));
}

interface Guess {
  readonly store: string;
  readonly round: number;
  readonly actual: number;
  readonly said: number;
  readonly last: number;
  readonly mean: number;
}

function* told(weeks: ReadonlyMap<number, readonly Row[]>, rounds: readonly Round[]): Generator<Told> {
  const teller = new Teller();
  for (const [week, rows] of weeks) {
    yield* teller.week(rows);
    const round = rounds.find(({ knownWeek }) => knownWeek === week);
    if (round === undefined) continue;
    const at = { round: round.nth, knownWeek: week };
    const brands = new Map(rows.map((row) => [row.brand, row]));
    for (const row of brands.values()) for (const factor of [1, FACTOR]) yield asksBrand(row, factor, at);
    for (let ahead = 0; ahead < HORIZON_WEEKS; ahead += 1) for (const row of weeks.get(round.firstWeek + ahead) ?? []) yield asks(row, at);
  }
}

/** What is known of a brand in a store without the flow: what was sold last, and on average. */
class Trivial {
  readonly #known = new Map<string, { last: number; sum: number; count: number }>();

  add({ brand, store, units }: Row): void {
    const { sum = 0, count = 0 } = this.#known.get(`${brand}:${store}`) ?? {};
    this.#known.set(`${brand}:${store}`, { last: units, sum: sum + units, count: count + 1 });
  }

  of({ brand, store }: Row): { last: number; mean: number } {
    const { last = 0, sum = 0, count = 1 } = this.#known.get(`${brand}:${store}`) ?? {};
    return { last, mean: sum / count };
  }
}

const errorOf = (guess: Guess, of: 'said' | 'last' | 'mean'): number => Math.abs(guess[of] - guess.actual) / guess.actual;

function mapeOf(guesses: readonly Guess[], of: 'said' | 'last' | 'mean'): number {
  return (100 * guesses.reduce((sum, guess) => sum + errorOf(guess, of), 0)) / guesses.length;
}

async function evaluateOj({ tables, decide }: Given): Promise<Evaluated> {
  const weeks = await readWeeks(tables);
  const rounds = roundsOf([...weeks.keys()]);
  if (rounds.length === 0)
    throw new CannotRun(`Cannot evaluate as a round takes ${GAP_WEEKS + HORIZON_WEEKS} weeks: there are ${weeks.size}`);
  const trivial = new Trivial();
  const guesses: Guess[] = [];
  const unsaid: string[] = [];
  const logs = new Map<string, number>();
  const slopes: { round: number; brand: string; slope: number }[] = [];
  let week = 0;
  let rows = 0;
  for await (const { sent, result } of decide({ events: told(weeks, rounds) })) {
    rows += 1;
    const { about, round, factor, data } = sent;
    if (about === null || round === null) {
      const known = Number(sent.id.split(':')[1]);
      if (known !== week) for (const row of weeks.get(known) ?? []) trivial.add(row);
      week = known;
      continue;
    }
    const expected = result.expected as { median: number; spread: number } | null;
    if (expected === null) unsaid.push(sent.id);
    const { median, spread } = expected ?? { median: 0, spread: 0 };
    if (data.store === undefined) {
      if (factor === 1) logs.set(about.brand, Math.log(median));
      else slopes.push({ round, brand: about.brand, slope: (Math.log(median) - (logs.get(about.brand) ?? 0)) / Math.log(factor) });
      continue;
    }
    guesses.push({
      store: about.store,
      round,
      actual: about.units,
      said: median * Math.exp(-SPREAD_SHARE * spread * spread),
      ...trivial.of(about),
    });
  }
  const positive = new Set(slopes.filter(({ slope }) => !(slope < 0)).map(({ brand }) => brand)).size;
  const stores = [...new Set(guesses.map(({ store }) => store))];
  const last = slopes.filter(({ round }) => round === rounds.length - 1);
  return {
    ...{ rows, figures: { mape: mapeOf(guesses, 'said'), positiveElasticities: positive } },
    intervals: { drawn: 'stores', of: intervalsOf(stores.length, mapeByStore(guesses, stores)) },
    baselines: { 'what was sold last': { mape: mapeOf(guesses, 'last') }, 'mean of all before': { mape: mapeOf(guesses, 'mean') } },
    notes: [
      `${rounds.length} rounds of ${HORIZON_WEEKS} weeks, ${rounds[0]?.firstWeek} to ${(rounds.at(-1)?.firstWeek ?? 0) + HORIZON_WEEKS - 1}, ${guesses.length} rows of ${stores.length} stores`,
      `elasticity of each brand in the last round: ${last.map(({ brand, slope }) => `${brand} ${slope.toFixed(2)}`).join(', ')}`,
    ],
    faults: unsaid.length === 0 ? [] : [`${unsaid.length} rows had no forecast, the first is ${unsaid[0]}`],
    plots: plotsOf(guesses, slopes, rounds),
  };
}

function mapeByStore(guesses: readonly Guess[], stores: readonly string[]): (weights: ArrayLike<number>) => Figures {
  const sums = stores.map((store) => {
    const own = guesses.filter((guess) => guess.store === store);
    return { error: own.reduce((sum, guess) => sum + errorOf(guess, 'said'), 0), count: own.length };
  });
  const total = (weights: ArrayLike<number>, of: 'error' | 'count'): number =>
    sums.reduce((sum, store, at) => sum + (weights[at] as number) * store[of], 0);
  return (weights) => ({ mape: (100 * total(weights, 'error')) / total(weights, 'count') });
}

const COLORS = ['#1f6feb', '#cf222e', '#2da44e', '#bf8700', '#8250df', '#888'];

function plotsOf(
  guesses: readonly Guess[],
  slopes: readonly { round: number; brand: string; slope: number }[],
  rounds: readonly Round[],
): Plot[] {
  const x = { label: 'first week of the round', from: rounds[0]?.firstWeek ?? 0, to: rounds.at(-1)?.firstWeek ?? 0 };
  const weekOf = (round: number): number => rounds[round]?.firstWeek ?? 0;
  const errors = (of: 'said' | 'last' | 'mean'): Point[] =>
    rounds.map(({ nth, firstWeek }) => [
      firstWeek,
      mapeOf(
        guesses.filter(({ round }) => round === nth),
        of,
      ),
    ]);
  const lines = [
    { points: errors('said'), color: '#1f6feb', label: 'signalbox' },
    { points: errors('last'), color: '#cf222e', label: 'what was sold last' },
    { points: errors('mean'), color: '#888', label: 'mean of all before' },
  ];
  const most = Math.max(...lines.flatMap(({ points }) => points.map(([, error]) => error)));
  const brands = [...new Set(slopes.map(({ brand }) => brand))];
  const least = Math.min(0, ...slopes.map(({ slope }) => slope));
  return [
    {
      name: 'oj-dominicks-mape',
      svg: chart({ title: 'Orange juice: error of forecasts, in percent', x, y: { label: '%', from: 0, to: most }, lines }),
    },
    {
      name: 'oj-dominicks-elasticity',
      svg: chart({
        title: 'Orange juice: what 1 % of price does to demand, by brand',
        x,
        y: { label: '%', from: least, to: Math.max(0, ...slopes.map(({ slope }) => slope)) },
        lines: brands.map((brand, at) => ({
          points: slopes.filter((one) => one.brand === brand).map(({ round, slope }): Point => [weekOf(round), slope]),
          color: COLORS[at % COLORS.length] as string,
        })),
      }),
    },
  ];
}

export const ojDominicks: DataSet = {
  name: 'oj-dominicks',
  title: "orange juice at Dominick's, units of a brand in a store and week",
  columns: OJ_COLUMNS,
  lower: ['mape', 'positiveElasticities'],
  floors: { mape: 38, positiveElasticities: 0 },
  published: OJ_PUBLISHED,
  evaluate: evaluateOj,
};
