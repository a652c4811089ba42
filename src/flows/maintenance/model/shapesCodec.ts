/** Shapes as bytes: some 8 kB once all categories are taken. Numbers are singles, so that saving and loading change nothing. */
import { loadMedian, saveMedian } from '../../../kit/sense/binnedMedian.ts';
import type { ByteReader, ByteWriter } from '../../../kit/sense/bytes.ts';
import { loadCategories, saveCategories } from '../../../kit/sense/fuzzyArt.ts';
import { loadRing, saveRing } from '../../../kit/sense/ring.ts';
import { loadStats, saveStats } from '../../../kit/sense/runningStats.ts';
import { packed } from '../../../kit/state/packed.ts';
import { BINS, CATEGORIES_MAX, NUMBERS, type Shapes, WINDOW } from './shapes.ts';
import type { Vigilances } from './vigilances.ts';

function saveShapes(writer: ByteWriter, { waiting, average, median, window, categories, vigilances }: Shapes): void {
  writer.varint(waiting.length);
  for (const { mean, least, most } of waiting) writer.floats([mean, least, most]);
  writer.byte(average === null ? 0 : 1);
  if (average !== null) writer.float32(average);
  saveMedian(writer, median);
  saveRing(writer, window);
  saveCategories(writer, categories);
  saveVigilances(writer, vigilances);
}

function loadShapes(reader: ByteReader): Shapes {
  const waiting = Array.from({ length: reader.varint() }, () => {
    const [mean, least, most] = reader.floats(3) as unknown as [number, number, number];
    return { mean, least, most };
  });
  return {
    ...{ waiting, average: reader.byte() === 0 ? null : reader.float32(), median: loadMedian(reader, BINS) },
    ...{ window: loadRing(reader, WINDOW), categories: loadCategories(reader, NUMBERS, CATEGORIES_MAX) },
    vigilances: loadVigilances(reader),
  };
}

function saveVigilances(writer: ByteWriter, vigilances: Vigilances): void {
  const { trial, steps, upper, lower, matches, recent, gaps, calmSteps, alert, alerts, alertMatches } = vigilances;
  for (const count of [trial, steps, calmSteps, alerts, alert?.step ?? 0]) writer.varint(count);
  writer.floats([upper, lower, alertMatches, alert?.match ?? 0]);
  saveStats(writer, matches);
  saveRing(writer, recent);
  saveRing(writer, gaps);
}

function loadVigilances(reader: ByteReader): Vigilances {
  const [trial, steps, calmSteps, alerts, step] = Array.from({ length: 5 }, () => reader.varint()) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [upper, lower, alertMatches, match] = reader.floats(4) as unknown as [number, number, number, number];
  return {
    ...{ trial, steps, upper, lower, matches: loadStats(reader) },
    ...{ recent: loadRing(reader, Math.max(1, Math.floor(trial / 2))), gaps: loadRing(reader, trial) },
    ...{ calmSteps, alert: step === 0 ? null : { step, match }, alerts, alertMatches },
  };
}

/** A sensor's shapes, read only where a row completes a step: of most rows they are neither needed nor changed. */
export interface SensorShapes {
  /** Null for a sensor that had no step yet. */
  open(): Shapes | null;
}

const BYTES_LIKELY = 9000;

export const shapesState = packed<SensorShapes>({
  bytesLikely: BYTES_LIKELY,
  empty: () => ({ open: () => null }),
  read: (reader) => ({ open: () => loadShapes(reader) }),
  write(writer, { open }) {
    const shapes = open();
    if (shapes === null) throw new TypeError('Cannot keep the shapes of a sensor that has none');
    saveShapes(writer, shapes);
  },
  show(state) {
    const shapes = state.open();
    return { steps: shapes?.vigilances.steps ?? 0, shapes: shapes?.categories.count ?? 0, alerts: shapes?.vigilances.alerts ?? 0 };
  },
});
