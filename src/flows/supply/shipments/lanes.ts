/**
 * How late shipments are, by lane: a carrier, a mode and the place where they were last seen. Counts are decayed by half within a time; a
 * lane that little is known of leans on the wider one, down to all shipments. The newest delays of each are kept: they say how late.
 */
import type { ByteReader, ByteWriter } from '../../../kit/sense/bytes.ts';

/** Those that were not heard of for longest give way. */
const LANES_MAX = 4000;
const DELAYS_MAX = 32;
/** Fewer say nothing of how late. */
const DELAYS_MIN = 8;
const DAY_MS = 86_400_000;
/** Before anything was delivered: half a late one of five. */
const FIRST = { late: 0.5, count: 5 };

export interface Place {
  readonly carrier: string;
  readonly mode: string;
  /** Where it was last seen; empty before the first scan. */
  readonly place: string;
}

/** A shipment that came, as a lane learns of it. */
export interface Delivery {
  readonly carrier: string;
  readonly mode: string;
  /** Where it was seen on its way. */
  readonly places: readonly string[];
  /** Behind what was promised; before it, less than 0. */
  readonly delayDays: number;
  readonly atMs: number;
  readonly halfLifeDays: number;
}

interface Lane {
  count: number;
  late: number;
  /** The newest time up to which the counts are decayed. */
  atMs: number;
  /** Newest last. */
  readonly delays: number[];
}

export interface Lateness {
  readonly chance: number;
  /** Delays of the narrowest lane that has some, in order; empty where nothing is known. */
  readonly delays: readonly number[];
  /** The lane that they are of. */
  readonly of: readonly string[];
}

const keyOf = (parts: readonly string[]): string => JSON.stringify(parts);

/** From all shipments to the narrowest lane. */
const lanesOf = ({ carrier, mode, place }: Place): string[][] => [[], [carrier, mode], ...(place === '' ? [] : [[carrier, mode, place]])];

export class Lanes {
  /** By key, the one that was heard of last at the end. */
  readonly byKey = new Map<string, Lane>();

  learn({ carrier, mode, places, ...delivery }: Delivery): void {
    const lanes = [[], [carrier, mode], ...places.map((place) => [carrier, mode, place])];
    for (const key of new Set(lanes.map(keyOf))) this.#add(key, delivery);
    for (const oldest of this.byKey.keys()) {
      if (this.byKey.size <= LANES_MAX) break;
      this.byKey.delete(oldest);
    }
  }

  #add(key: string, { delayDays, atMs, halfLifeDays }: Pick<Delivery, 'delayDays' | 'atMs' | 'halfLifeDays'>): void {
    const lane = this.byKey.get(key) ?? { count: 0, late: 0, atMs, delays: [] };
    // one that is told late weighs as little as if it had been told in its time
    const kept = 0.5 ** (Math.max(0, atMs - lane.atMs) / DAY_MS / halfLifeDays);
    const weight = 0.5 ** (Math.max(0, lane.atMs - atMs) / DAY_MS / halfLifeDays);
    lane.count = kept * lane.count + weight;
    lane.late = kept * lane.late + (delayDays > 0 ? weight : 0);
    lane.atMs = Math.max(lane.atMs, atMs);
    lane.delays.push(Math.fround(delayDays));
    if (lane.delays.length > DELAYS_MAX) lane.delays.shift();
    this.byKey.delete(key);
    this.byKey.set(key, lane);
  }

  /** `priorRows`: so many rows of the wider lane stand behind each. */
  latenessOf(
    place: Place,
    { nowMs, halfLifeDays, priorRows }: { readonly nowMs: number; readonly halfLifeDays: number; readonly priorRows: number },
  ): Lateness {
    let said: Lateness = { chance: FIRST.late / FIRST.count, delays: [], of: [] };
    for (const of of lanesOf(place)) {
      const lane = this.byKey.get(keyOf(of));
      if (lane === undefined) continue;
      const kept = 0.5 ** (Math.max(0, nowMs - lane.atMs) / DAY_MS / halfLifeDays);
      const rows = of.length === 0 ? FIRST.count : priorRows;
      const chance = (kept * lane.late + rows * said.chance) / (kept * lane.count + rows);
      const enough = lane.delays.length >= DELAYS_MIN;
      said = { chance, ...(enough ? { delays: lane.delays.toSorted((a, b) => a - b), of } : { delays: said.delays, of: said.of }) };
    }
    return said;
  }
}

/** Of values in order, the one that this share of them is not above. */
export function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}

export function saveLanes(writer: ByteWriter, { byKey }: Lanes): void {
  writer.varint(byKey.size);
  for (const [key, { count, late, atMs, delays }] of byKey) {
    writer.text(key);
    writer.float64(count);
    writer.float64(late);
    writer.zigzag(atMs);
    writer.varint(delays.length);
    writer.floats(delays);
  }
}

export function loadLanes(reader: ByteReader): Lanes {
  const lanes = new Lanes();
  for (let left = reader.varint(); left > 0; left -= 1) {
    const key = reader.text();
    const [count, late, atMs] = [reader.float64(), reader.float64(), reader.zigzag()];
    lanes.byKey.set(key, { count, late, atMs, delays: [...reader.floats(reader.varint())] });
  }
  return lanes;
}
