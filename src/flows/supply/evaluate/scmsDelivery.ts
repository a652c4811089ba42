/**
 * Deliveries of HIV commodities by USAID's supply chain (open data of the US government), scheduled and real dates: is a delivery late? The
 * flow is told of each 30 days before its scheduled date and says how likely that is; it learns of what came when it came. The last two
 * years given are scored. No benchmark of it is accepted: what is trivial stands beside.
 */

import { instantText } from '../../../domain/instant.ts';
import { intervalsOf } from '../../../evaluate/bootstrap.ts';
import type { CsvTable } from '../../../evaluate/csv.ts';
import { calibrationChart, precisionRecallChart } from '../../../evaluate/curves.ts';
import type { DataEvent, DataSet, Evaluated, Figures, Given } from '../../../evaluate/dataSet.ts';
import { byScore, rank } from '../../../evaluate/ranking.ts';
import { DELIVERED, DISPATCHED } from '../events.ts';

const COLUMNS = ['ID', 'Scheduled Delivery Date', 'Delivered to Client Date', 'Vendor', 'Shipment Mode', 'Line Item Quantity'] as const;
const DAY_MS = 86_400_000;
const READ_DAYS_BEFORE = 30;
const SCORED_YEARS = 2;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const NAME_MAX = 100;

interface Delivery {
  readonly id: string;
  readonly vendor: string;
  readonly mode: string;
  readonly quantity: number;
  readonly scheduledMs: number;
  readonly deliveredMs: number;
}

/** `02-May-06`; null where the cell holds no date. */
function dateOf(cell: string): number | null {
  const [, day, month, year] = /^(\d{1,2})-([A-Za-z]{3})-(\d{2}|\d{4})$/.exec(cell.trim()) ?? [];
  const at = MONTHS.indexOf((month ?? '').toLowerCase());
  if (day === undefined || year === undefined || at === -1) return null;
  return Date.UTC(Number(year) + (year.length === 2 ? 2000 : 0), at, Number(day));
}

async function readDeliveries(tables: readonly CsvTable[]): Promise<Delivery[]> {
  const read: Delivery[] = [];
  for (const table of tables) {
    for await (const [id, scheduled, delivered, vendor, mode, quantity] of table.rows(COLUMNS, ['Line Item Quantity']) as AsyncGenerator<
      [string, string, string, string, string, string]
    >) {
      const [scheduledMs, deliveredMs] = [dateOf(scheduled), dateOf(delivered)];
      if (scheduledMs === null || deliveredMs === null) continue;
      read.push({ id, vendor: vendor.slice(0, NAME_MAX) || '-', mode: mode || '-', quantity: Number(quantity), scheduledMs, deliveredMs });
    }
  }
  return read;
}

interface Told extends DataEvent {
  readonly delivery: Delivery;
}

/** Of one day, what is asked before what came: nothing is known of a day on its morning. */
function eventsOf(deliveries: readonly Delivery[]): Told[] {
  const asked = deliveries.map((delivery): Told => {
    const { id, vendor, mode, quantity, scheduledMs } = delivery;
    const data = { shipmentId: id, sku: 'line', quantity, carrier: vendor, mode, promisedAt: instantText(scheduledMs) };
    return { id: `${id}:sent`, type: DISPATCHED, timeMs: scheduledMs - READ_DAYS_BEFORE * DAY_MS, delivery, data };
  });
  const came = deliveries.map(
    (delivery): Told => ({
      id: `${delivery.id}:came`,
      type: DELIVERED,
      timeMs: delivery.deliveredMs,
      delivery,
      data: { shipmentId: delivery.id },
    }),
  );
  return [...asked, ...came].sort((a, b) => a.timeMs - b.timeMs);
}

interface Scored {
  readonly score: number;
  readonly positive: boolean;
  readonly vendor: string;
}

const isLate = ({ deliveredMs, scheduledMs }: Delivery): boolean => deliveredMs > scheduledMs;
const yearOf = ({ scheduledMs }: Delivery): number => new Date(scheduledMs).getUTCFullYear();

const figuresOf = (items: readonly Scored[], weights?: ArrayLike<number>): Figures => ({ ...rank(items, weights) });

/** The share of late ones among all before, by a key; nothing is forgotten. */
function tableScores(events: readonly Told[], keyOf: (delivery: Delivery) => string, scored: ReadonlySet<Delivery>): Scored[] {
  const counts = new Map<string, { late: number; all: number }>();
  const items: Scored[] = [];
  for (const { type, delivery } of events) {
    const key = keyOf(delivery);
    const known = counts.get(key) ?? { late: 0, all: 0 };
    if (type === DELIVERED) counts.set(key, { late: known.late + (isLate(delivery) ? 1 : 0), all: known.all + 1 });
    else if (scored.has(delivery))
      items.push({ score: (known.late + 0.5) / (known.all + 5), positive: isLate(delivery), vendor: delivery.vendor });
  }
  return items;
}

async function evaluateScms({ tables, decide }: Given): Promise<Evaluated> {
  const deliveries = await readDeliveries(tables);
  const events = eventsOf(deliveries);
  const lastYear = deliveries.reduce((last, delivery) => Math.max(last, yearOf(delivery)), 0);
  const scored = new Set(deliveries.filter((delivery) => yearOf(delivery) > lastYear - SCORED_YEARS));
  const items: Scored[] = [];
  let [rows, unscored] = [0, 0];
  for await (const { sent, score } of decide({ events })) {
    rows += 1;
    const { type, delivery } = sent;
    if (type !== DISPATCHED || !scored.has(delivery)) continue;
    if (score === null) unscored += 1;
    items.push({ score: score ?? Number.NaN, positive: isLate(delivery), vendor: delivery.vendor });
  }
  const sorted = byScore(items);
  const vendors = [...new Set(sorted.map(({ vendor }) => vendor))];
  const placeOf = new Map(vendors.map((vendor, at) => [vendor, at]));
  const late = items.filter(({ positive }) => positive).length;
  const perVendor = (weights: ArrayLike<number>) => sorted.map(({ vendor }) => weights[placeOf.get(vendor) as number] as number);
  return {
    ...{ rows, figures: figuresOf(sorted) },
    intervals: { drawn: 'vendors', of: intervalsOf(vendors.length, (weights) => figuresOf(sorted, perVendor(weights))) },
    baselines: {
      'the same for all': figuresOf(items.map((item) => ({ ...item, score: 0 }))),
      'share of late ones so far': figuresOf(byScore(tableScores(events, () => '', scored))),
      'share by vendor and mode so far': figuresOf(byScore(tableScores(events, ({ vendor, mode }) => `${vendor}|${mode}`, scored))),
    },
    notes: [
      `${items.length} deliveries scheduled in ${lastYear - SCORED_YEARS + 1} to ${lastYear}, ${late} of them late, each scored ${READ_DAYS_BEFORE} days before`,
    ],
    faults: unscored === 0 ? [] : [`${unscored} deliveries got no score`],
    plots: [
      { name: 'scms-delivery-precision-recall', svg: precisionRecallChart('SCMS: deliveries by the chance of being late', items) },
      { name: 'scms-delivery-calibration', svg: calibrationChart('SCMS: chance against the share of late ones', items) },
    ],
  };
}

export const scmsDelivery: DataSet = {
  name: 'scms-delivery',
  title: 'SCMS deliveries, late or not',
  columns: COLUMNS,
  lower: [],
  floors: { auc: 0.67, averagePrecision: 0.26 },
  published: {},
  evaluate: evaluateScms,
};
