/** What is remembered of a shipment: what was promised, where it was seen, and what was said of it. */
import { instantText } from '../../../domain/instant.ts';
import { packed } from '../../../kit/state/packed.ts';

/** Further places are not learnt from. */
export const PLACES_MAX = 8;

/** As it was dispatched. */
export interface Dispatched {
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
  readonly carrier: string;
  readonly mode: string;
  readonly promisedMs: number;
}

export interface Shipment {
  dispatched: Dispatched | null;
  /** Where it was seen, newest last. */
  readonly places: string[];
  /** When it was last heard of, by the time of acceptance: scanners' clocks may be anything. */
  heardMs: number | null;
  /** When that is too long ago. */
  silentMs: number | null;
  deliveredMs: number | null;
  /** A case has it: nothing is proposed a second time, and what becomes of it is told there. */
  asked: boolean;
}

const optional = (value: number | null): string | null => (value === null ? null : instantText(value));

export const shipmentState = packed<Shipment>({
  bytesLikely: 128,
  empty: () => ({ dispatched: null, places: [], heardMs: null, silentMs: null, deliveredMs: null, asked: false }),
  read(reader) {
    const optionalTime = (): number | null => (reader.byte() === 0 ? null : reader.zigzag());
    const known = reader.byte() === 1;
    const dispatched = !known
      ? null
      : {
          ...{ sku: reader.text(), location: reader.text(), quantity: reader.float64(), carrier: reader.text(), mode: reader.text() },
          promisedMs: reader.zigzag(),
        };
    const places = Array.from({ length: reader.varint() }, () => reader.text());
    const [heardMs, silentMs, deliveredMs] = [optionalTime(), optionalTime(), optionalTime()];
    return { dispatched, places, heardMs, silentMs, deliveredMs, asked: reader.byte() === 1 };
  },
  write(writer, { dispatched, places, heardMs, silentMs, deliveredMs, asked }) {
    writer.byte(dispatched === null ? 0 : 1);
    if (dispatched !== null) {
      const { sku, location, quantity, carrier, mode, promisedMs } = dispatched;
      writer.text(sku);
      writer.text(location);
      writer.float64(quantity);
      writer.text(carrier);
      writer.text(mode);
      writer.zigzag(promisedMs);
    }
    writer.varint(places.length);
    for (const place of places) writer.text(place);
    for (const timeMs of [heardMs, silentMs, deliveredMs]) {
      writer.byte(timeMs === null ? 0 : 1);
      if (timeMs !== null) writer.zigzag(timeMs);
    }
    writer.byte(asked ? 1 : 0);
  },
  show: ({ dispatched, places, heardMs, deliveredMs, asked }) => ({
    ...{ sku: dispatched?.sku ?? null, quantity: dispatched?.quantity ?? null },
    ...{ promised: optional(dispatched?.promisedMs ?? null), places: [...places], heard: optional(heardMs) },
    ...{ delivered: optional(deliveredMs), asked },
  }),
});
