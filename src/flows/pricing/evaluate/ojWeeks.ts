/** Weeks of orange juice at Dominick's as the flow is told of them: sales, the cheapest other brand, and prices that are considered. */
import { CannotRun } from '../../../domain/errors.ts';
import type { CsvTable } from '../../../evaluate/csv.ts';
import type { DataEvent } from '../../../evaluate/dataSet.ts';
import { COMPETED, CONSIDERED, SOLD } from '../facts.ts';

const BRANDS = 11;
const PRICES = Array.from({ length: BRANDS }, (_, at) => `price${at + 1}`);
export const OJ_COLUMNS = ['store', 'brand', 'week', 'logmove', ...PRICES, 'deal', 'feat'];

const WEEK_MS = 7 * 86_400_000;
const HOUR_MS = 3_600_000;
/** The first of the data's weeks began on this Thursday. */
const FIRST_WEEK_MS = Date.UTC(1989, 8, 14);
const weekMs = (week: number): number => FIRST_WEEK_MS + (week - 1) * WEEK_MS;

/** A brand in a store in a week. */
export interface Row {
  readonly store: string;
  readonly brand: string;
  readonly week: number;
  readonly units: number;
  readonly price: number;
  /** Of the cheapest other brand in the store. */
  readonly rival: number;
  readonly deal: number;
  readonly feat: number;
}

/** By week, rising. */
export async function readWeeks(tables: readonly CsvTable[]): Promise<Map<number, Row[]>> {
  const rows: Row[] = [];
  for (const table of tables)
    for await (const cells of table.rows(OJ_COLUMNS, OJ_COLUMNS.slice(1))) {
      const [store, brand] = cells as [string, string];
      const numbers = cells.slice(2).map(Number);
      const own = Number(brand);
      if (!(Number.isInteger(own) && own >= 1 && own <= BRANDS))
        throw new CannotRun(`Cannot read ${table.name}: store ${store} has a brand that is none of 1 to ${BRANDS}: ${brand}`);
      const [week, logUnits] = numbers as [number, number];
      const prices = numbers.slice(2, 2 + BRANDS);
      const [deal, feat] = numbers.slice(2 + BRANDS) as [number, number];
      const rival = Math.min(...prices.filter((_, at) => at !== own - 1));
      rows.push({ store, brand, week, units: Math.round(Math.exp(logUnits)), price: prices[own - 1] as number, rival, deal, feat });
    }
  const weeks = new Map<number, Row[]>();
  for (const row of rows.sort((a, b) => a.week - b.week)) weeks.set(row.week, [...(weeks.get(row.week) ?? []), row]);
  return weeks;
}

/** An event, and the row of a test week that it asks about; null: it asks about none. */
export interface Told extends DataEvent {
  readonly about: Row | null;
  /** Of a round that asks. */
  readonly round: number | null;
  /** How much the price is changed that it asks about, to tell an elasticity. */
  readonly factor: number;
}

/** What is told when a week is over: the other brands' prices where they changed, and what was sold. */
export class Teller {
  readonly #rivals = new Map<string, number>();

  *week(rows: readonly Row[]): Generator<Told> {
    for (const row of rows) {
      const { brand, store, week, rival, price, units, deal, feat } = row;
      const of = `${brand}:${store}`;
      const timeMs = weekMs(week);
      const said = { timeMs, about: null, round: null, factor: 1 };
      if (this.#rivals.get(of) !== rival)
        yield { ...said, id: `rival:${week}:${of}`, type: COMPETED, data: { sku: brand, store, competitor: 'cheapest', price: rival } };
      this.#rivals.set(of, rival);
      const data = { sku: brand, store, quantity: units, price, deal: Math.min(1, deal), advertised: Math.min(1, feat) };
      yield { ...said, id: `sale:${week}:${of}`, type: SOLD, data };
    }
  }
}

/** Asks, after the last week that a round may know, about a row of its test weeks. */
export function asks(row: Row, { round, knownWeek }: { round: number; knownWeek: number }): Told {
  const { brand, store, week, rival, price, deal, feat } = row;
  const data = {
    sku: brand,
    store,
    price,
    rival,
    deal: Math.min(1, deal),
    advertised: Math.min(1, feat),
    at: new Date(weekMs(week)).toISOString(),
  };
  const timeMs = weekMs(knownWeek) + HOUR_MS;
  return { id: `asked:${round}:${week}:${brand}:${store}`, type: CONSIDERED, timeMs, data, about: row, round, factor: 1 };
}

/** Asks about a brand over all stores at a price, so many times the row's. */
export function asksBrand(row: Row, factor: number, { round, knownWeek }: { round: number; knownWeek: number }): Told {
  const { brand, week, rival, price } = row;
  const data = { sku: brand, price: price * factor, rival, at: new Date(weekMs(week)).toISOString() };
  const timeMs = weekMs(knownWeek) + HOUR_MS;
  return { id: `elasticity:${round}:${brand}:${factor}`, type: CONSIDERED, timeMs, data, about: row, round, factor };
}
