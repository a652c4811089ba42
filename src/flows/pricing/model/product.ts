/** What is kept of a product: its price and who set it, cost, stock, competitors, and how its demand goes over all stores. */
import { instantText } from '../../../domain/instant.ts';
import type { ByteReader, ByteWriter } from '../../../kit/sense/bytes.ts';
import { packed } from '../../../kit/state/packed.ts';
import { elasticityOf } from './features.ts';
import { loadRivals, type Rival, saveRivals } from './rivals.ts';
import { loadSeries, noSeries, type Series, saveSeries } from './series.ts';
import { loadSlopes, noSlopes, type Slopes, saveSlopes } from './slopes.ts';

export interface Product {
  /** As customers pay it, or as it was last set. */
  price: { readonly value: number; readonly timeMs: number; readonly setBy: 'seen' | 'flow' | 'hand' } | null;
  cost: { readonly value: number; readonly timeMs: number } | null;
  stock: { readonly onHand: number; readonly inbound: number; readonly timeMs: number } | null;
  rivals: Rival[];
  /** When prices were changed or asked about, newest first. */
  changesMs: number[];
  /** When a person was last asked; null: never. */
  askedMs: number | null;
  /** Periods with sales since the first. */
  periods: number;
  /** Over all stores. */
  readonly series: Series;
  readonly slopes: Slopes;
  /** Nothing was learnt of its slopes yet: they begin as the policy says. */
  fresh: boolean;
}

const SET_BY = ['seen', 'flow', 'hand'] as const;
const BYTES_LIKELY = 1024;

const optional = <Value>(writer: ByteWriter, value: Value | null, write: (value: Value) => void): void => {
  writer.byte(value === null ? 0 : 1);
  if (value !== null) write(value);
};
const ifThere = <Value>(reader: ByteReader, read: () => Value): Value | null => (reader.byte() === 0 ? null : read());

export const productState = packed<Product>({
  bytesLikely: BYTES_LIKELY,
  empty: () => ({
    ...{ price: null, cost: null, stock: null, rivals: [], changesMs: [], askedMs: null, periods: 0 },
    ...{ series: noSeries(), slopes: noSlopes(0), fresh: true },
  }),
  read(reader) {
    const price = ifThere(reader, () => ({
      ...{ value: reader.float64(), timeMs: reader.zigzag() },
      setBy: SET_BY[reader.byte()] ?? 'seen',
    }));
    const cost = ifThere(reader, () => ({ value: reader.float64(), timeMs: reader.zigzag() }));
    const stock = ifThere(reader, () => ({ onHand: reader.float64(), inbound: reader.float64(), timeMs: reader.zigzag() }));
    const rivals = loadRivals(reader);
    const changesMs = Array.from({ length: reader.varint() }, () => reader.zigzag());
    const askedMs = ifThere(reader, () => reader.zigzag());
    const [periods, fresh] = [reader.varint(), reader.byte() === 1];
    return {
      ...{ price, cost, stock, rivals, changesMs, askedMs, periods, fresh },
      series: loadSeries(reader),
      slopes: loadSlopes(reader),
    };
  },
  write(writer, { price, cost, stock, rivals, changesMs, askedMs, periods, fresh, series, slopes }) {
    optional(writer, price, ({ value, timeMs, setBy }) => {
      writer.float64(value);
      writer.zigzag(timeMs);
      writer.byte(SET_BY.indexOf(setBy));
    });
    optional(writer, cost, ({ value, timeMs }) => {
      writer.float64(value);
      writer.zigzag(timeMs);
    });
    optional(writer, stock, ({ onHand, inbound, timeMs }) => {
      writer.float64(onHand);
      writer.float64(inbound);
      writer.zigzag(timeMs);
    });
    saveRivals(writer, rivals);
    writer.varint(changesMs.length);
    for (const timeMs of changesMs) writer.zigzag(timeMs);
    optional(writer, askedMs, (timeMs) => writer.zigzag(timeMs));
    writer.varint(periods);
    writer.byte(fresh ? 1 : 0);
    saveSeries(writer, series);
    saveSlopes(writer, slopes);
  },
  show: ({ price, cost, stock, rivals, changesMs, periods, series, slopes }) => ({
    ...{ price: price?.value ?? null, cost: cost?.value ?? null, onHand: stock?.onHand ?? null, inbound: stock?.inbound ?? null },
    ...{ periods, elasticity: elasticityOf(slopes.values), usualUnits: series.rows > 0 ? Math.exp(series.units + series.level) : null },
    rivals: rivals.map(({ name, price: asked }) => ({ name, price: asked })),
    changed: changesMs.map((timeMs) => instantText(timeMs)),
  }),
});
