/** What the flow remembers over all keys: how late shipments of a lane are, and orders that stocks of a supplier may still join. */
import type { Memory } from '../../domain/flow/reflex.ts';
import { ByteReader, ByteWriter } from '../../kit/sense/bytes.ts';
import { type Delivery, Lanes, loadLanes, saveLanes } from './shipments/lanes.ts';
import { type BasketLesson, Baskets, loadBaskets, saveBaskets } from './stock/baskets.ts';

export interface SupplyMemory {
  readonly lanes: Lanes;
  readonly baskets: Baskets;
}

export type Lesson = BasketLesson | ({ readonly lesson: 'delivered' } & Delivery);

/** 4,000 lanes of three names of 100 characters, 10,000 lines of a sku and a location of 200: far more than there is in one warehouse. */
const LIMIT_BYTES = 24_000_000;

export const supplyMemory: Memory<SupplyMemory, Lesson> = {
  format: 1,
  limitBytes: LIMIT_BYTES,
  empty: () => ({ lanes: new Lanes(), baskets: new Baskets() }),
  learn({ lanes, baskets }, lesson) {
    if (lesson.lesson === 'delivered') lanes.learn(lesson);
    else baskets.learn(lesson);
  },
  save({ lanes, baskets }) {
    const writer = new ByteWriter(65_536);
    saveLanes(writer, lanes);
    saveBaskets(writer, baskets);
    return writer.finish();
  },
  load(bytes) {
    const reader = new ByteReader(bytes);
    return { lanes: loadLanes(reader), baskets: loadBaskets(reader) };
  },
};
