/** What is remembered of a sku at a location: its demand, what was counted, what was proposed, and the levels that were worked out. */

import { instantText } from '../../../domain/instant.ts';
import type { ByteReader, ByteWriter } from '../../../kit/sense/bytes.ts';
import { packed } from '../../../kit/state/packed.ts';
import { type Demand, noDemand } from './forecast.ts';
import type { Levels } from './levels.ts';

/** Levels, and of what they were worked out. */
export interface KnownLevels extends Levels {
  readonly period: number;
  /** Of the terms. */
  readonly fingerprint: number;
  /** Demand of a period, as it was thought to be. */
  readonly mean: number;
}

export interface Stock {
  readonly demand: Demand;
  /** As it was counted, less what was sold since; null before the first count. */
  counted: { onHand: number; onOrder: number; readonly atMs: number } | null;
  /** Proposed or ordered, and perhaps not yet in what is counted as on order. */
  pending: { readonly quantity: number; readonly untilMs: number } | null;
  /** It began an order, which others may join until then. */
  order: { readonly supplier: string; readonly dueMs: number } | null;
  levels: KnownLevels | null;
}

function loadOptional<Value>(reader: ByteReader, load: () => Value): Value | null {
  return reader.byte() === 0 ? null : load();
}

function saveOptional<Value>(writer: ByteWriter, value: Value | null, save: (value: Value) => void): void {
  writer.byte(value === null ? 0 : 1);
  if (value !== null) save(value);
}

export const stockState = packed<Stock>({
  bytesLikely: 160,
  empty: () => ({ demand: noDemand(), counted: null, pending: null, order: null, levels: null }),
  read(reader) {
    const period = loadOptional(reader, () => reader.zigzag());
    const demand: Demand = { period, sum: reader.float64(), past: reader.float64(), periods: reader.float64() };
    return {
      demand,
      counted: loadOptional(reader, () => ({ onHand: reader.float64(), onOrder: reader.float64(), atMs: reader.zigzag() })),
      pending: loadOptional(reader, () => ({ quantity: reader.float64(), untilMs: reader.zigzag() })),
      order: loadOptional(reader, () => ({ supplier: reader.text(), dueMs: reader.zigzag() })),
      levels: loadOptional(reader, () => ({
        ...{ from: reader.zigzag(), upTo: reader.zigzag(), period: reader.zigzag() },
        ...{ fingerprint: reader.uint32(), mean: reader.float64() },
      })),
    };
  },
  write(writer, { demand, counted, pending, order, levels }) {
    saveOptional(writer, demand.period, (period) => writer.zigzag(period));
    for (const value of [demand.sum, demand.past, demand.periods]) writer.float64(value);
    saveOptional(writer, counted, ({ onHand, onOrder, atMs }) => {
      writer.float64(onHand);
      writer.float64(onOrder);
      writer.zigzag(atMs);
    });
    saveOptional(writer, pending, ({ quantity, untilMs }) => {
      writer.float64(quantity);
      writer.zigzag(untilMs);
    });
    saveOptional(writer, order, ({ supplier, dueMs }) => {
      writer.text(supplier);
      writer.zigzag(dueMs);
    });
    saveOptional(writer, levels, ({ from, upTo, period, fingerprint, mean }) => {
      for (const value of [from, upTo, period]) writer.zigzag(value);
      writer.uint32(fingerprint);
      writer.float64(mean);
    });
  },
  show: ({ demand, counted, pending, order, levels }) => ({
    onHand: counted?.onHand ?? null,
    onOrder: counted?.onOrder ?? null,
    counted: counted === null ? null : instantText(counted.atMs),
    pending: pending?.quantity ?? 0,
    orderDue: order === null ? null : instantText(order.dueMs),
    ...{ orderFrom: levels?.from ?? null, orderUpTo: levels?.upTo ?? null, demandAPeriod: levels?.mean ?? null },
    thisPeriod: demand.sum,
  }),
});

/** What is there or on its way; null where nobody has counted. */
export function positionOf({ counted, pending }: Stock, nowMs: number): number | null {
  if (counted === null) return null;
  return counted.onHand + counted.onOrder + (pending !== null && pending.untilMs > nowMs ? pending.quantity : 0);
}
