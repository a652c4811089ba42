/** The shop's memory as bytes. All that has an order keeps it, so that what is loaded learns on as what was saved. */
import type { Memory } from '../../../domain/flow/reflex.ts';
import { ByteReader, ByteWriter } from '../../../kit/sense/bytes.ts';
import { learn } from './learn.ts';
import { BYTES_MAX, emptyMemory, type Item, type Lesson, type ShopMemory } from './shopMemory.ts';

/** Beside items and sessions. */
const SPARE_BYTES = 65_536;

const uint16 = (writer: ByteWriter, value: number): void => {
  writer.byte(value & 255);
  writer.byte(value >>> 8);
};
const readUint16 = (reader: ByteReader): number => reader.byte() + 256 * reader.byte();

function times<Value>(count: number, read: () => Value): Value[] {
  const values: Value[] = [];
  for (let nth = 0; nth < count; nth += 1) values.push(read());
  return values;
}

function writeItem(writer: ByteWriter, { id, number, views, ring, followers }: Item): void {
  // as it is: half a surrogate pair has no UTF-8
  uint16(writer, id.length);
  for (let at = 0; at < id.length; at += 1) uint16(writer, id.charCodeAt(at));
  writer.uint32(number);
  writer.float64(views);
  uint16(writer, ring.length);
  for (const session of ring) writer.float64(session);
  uint16(writer, followers.size);
  for (const [follower, weight] of followers) {
    writer.uint32(follower);
    writer.float32(weight);
  }
}

function readItem(reader: ByteReader): Item {
  const id = String.fromCharCode(...times(readUint16(reader), () => readUint16(reader)));
  const [number, views] = [reader.uint32(), reader.float64()];
  const ring = times(readUint16(reader), () => reader.float64());
  const followers = new Map(times(readUint16(reader), () => [reader.uint32(), reader.float32()] as const));
  return { id, number, views, ring, followers };
}

function save({ items, sessions, popular, nudged, rates, nextNumber, sinceHalved, bytes }: ShopMemory): Uint8Array {
  const writer = new ByteWriter(bytes + SPARE_BYTES);
  writer.uint32(nextNumber);
  writer.uint32(sinceHalved);
  for (const { lists, held } of [rates.model, rates.popular]) {
    writer.float64(lists);
    writer.float64(held);
  }
  writer.uint32(items.size);
  for (const item of items.values()) writeItem(writer, item);
  writer.uint32(sessions.size);
  for (const [session, of] of sessions) {
    writer.float64(session);
    uint16(writer, of.length);
    for (const number of of) writer.uint32(number);
  }
  writer.uint32(popular.length);
  for (const { number } of popular) writer.uint32(number);
  writer.uint32(nudged.size);
  for (const [who, of] of nudged) {
    writer.uint32(who);
    writer.byte(of.length);
    for (const atMs of of) writer.float64(atMs);
  }
  writer.uint32(bytes);
  return writer.finish();
}

function load(saved: Uint8Array): ShopMemory {
  const reader = new ByteReader(saved);
  const [nextNumber, sinceHalved] = [reader.uint32(), reader.uint32()];
  const [model, popularRate] = [0, 1].map(() => ({ lists: reader.float64(), held: reader.float64() }));
  const all = times(reader.uint32(), () => readItem(reader));
  const byNumber = new Map(all.map((item) => [item.number, item]));
  const sessions = new Map(times(reader.uint32(), () => [reader.float64(), times(readUint16(reader), () => reader.uint32())] as const));
  const popular = times(reader.uint32(), () => byNumber.get(reader.uint32()) as Item);
  const nudged = new Map(times(reader.uint32(), () => [reader.uint32(), times(reader.byte(), () => reader.float64())] as const));
  return {
    ...{ items: new Map(all.map((item) => [item.id, item])), byNumber, sessions, popular, nudged, nextNumber, sinceHalved },
    rates: { model: model ?? { lists: 0, held: 0 }, popular: popularRate ?? { lists: 0, held: 0 } },
    bytes: reader.uint32(),
  };
}

export const shopMemory: Memory<ShopMemory, Lesson> = { format: 1, limitBytes: BYTES_MAX, empty: emptyMemory, learn, save, load };
