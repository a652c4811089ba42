/** Laws of the detectors: their size is bounded whatever comes, and saving and loading at any point change nothing. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { binnedMedian, countValue, loadMedian, noMedian, saveMedian } from '../../src/kit/sense/binnedMedian.ts';
import { ByteReader, ByteWriter } from '../../src/kit/sense/bytes.ts';
import { ewmaDeviation, loadEwma, noEwma, saveEwma } from '../../src/kit/sense/ewmaDeviation.ts';
import { loadCategories, noCategories, present, saveCategories } from '../../src/kit/sense/fuzzyArt.ts';
import { addLevel, type Incident, loadIncident, noIncident, restAnew, saveIncident } from '../../src/kit/sense/incident.ts';
import { loadRing, noRing, push, saveRing } from '../../src/kit/sense/ring.ts';
import { addValue, deviationsOf, loadStats, noStats, saveStats } from '../../src/kit/sense/runningStats.ts';
import { loadSeason, noSeason, saveSeason, seasonalDeviation } from '../../src/kit/sense/seasonalDeviation.ts';

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const HOUR_MS = 3_600_000;
const TERMS = { debounceRows: 2, restRows: 3, clearBelow: 0.8 };
const VIGILANCE = { upper: 0.85, lower: 0.6 };

interface Detector<State, Input> {
  readonly name: string;
  readonly input: fc.Arbitrary<Input>;
  readonly bytesMax: number;
  empty(): State;
  add(state: State, input: Input, at: number): unknown;
  save(writer: ByteWriter, state: State): void;
  load(reader: ByteReader): State;
}

const window = fc.array(share, { minLength: 4, maxLength: 4 }).map((half) => Float32Array.from([...half, ...half.map((one) => 1 - one)]));

/** As one type: each keeps its own between `empty` and `load`. */
const as = <State, Input>(detector: Detector<State, Input>): Detector<unknown, unknown> => detector as Detector<unknown, unknown>;

const detectors = [
  as({ name: 'runningStats', input: value, bytesMax: 13, empty: noStats, add: addValue, save: saveStats, load: loadStats }),
  as({ name: 'ewmaDeviation', input: value, bytesMax: 17, empty: noEwma, add: ewmaDeviation, save: saveEwma, load: loadEwma }),
  as({
    ...{ name: 'seasonalDeviation', input: value, bytesMax: 109, empty: noSeason, save: saveSeason, load: loadSeason },
    add: (season, one: number, at) => seasonalDeviation(season, one, at * HOUR_MS),
  }),
  as({
    ...{ name: 'binnedMedian', input: share, bytesMax: 11 * 5, empty: () => noMedian(10), save: saveMedian },
    load: (reader) => loadMedian(reader, 10),
    add: (median, one: number) => {
      countValue(median, one);
      return binnedMedian(median);
    },
  }),
  as({
    ...{ name: 'ring', input: value, bytesMax: 21, empty: () => noRing(5), add: push, save: saveRing },
    load: (reader) => loadRing(reader, 5),
  }),
  as({
    ...{ name: 'fuzzyArt', input: window, bytesMax: 1 + 3 * 8 * 4, empty: () => noCategories(8, 3), save: saveCategories },
    load: (reader) => loadCategories(reader, 8, 3),
    add: (categories, one: Float32Array) => present(categories, one, VIGILANCE),
  }),
  as({
    ...{ name: 'incident', input: fc.double({ min: 0, max: 2, noNaN: true }), bytesMax: 5, empty: noIncident },
    ...{ save: saveIncident, load: loadIncident, add: (incident: Incident, one: number) => addLevel(incident, one, TERMS) },
  }),
];

describe.each(detectors)('$name', ({ input, bytesMax, empty, add, save, load }) => {
  const saved = (state: unknown): Uint8Array => {
    const writer = new ByteWriter(64);
    save(writer, state);
    return writer.finish();
  };

  it('save and load change nothing, wherever they come between', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
        const kept = empty();
        let loaded = empty();
        inputs.forEach((one, at) => {
          loaded = load(new ByteReader(saved(loaded)));
          expect(add(loaded, one, at)).toEqual(add(kept, one, at));
        });
        expect(saved(loaded)).toEqual(saved(kept));
      }),
    );
  });

  it('its bytes are bounded', () => {
    fc.assert(
      fc.property(fc.array(input, { minLength: 50, maxLength: 300 }), (inputs) => {
        const state = empty();
        inputs.forEach((one, at) => void add(state, one, at));
        expect(saved(state).length).toBeLessThanOrEqual(bytesMax);
      }),
      { numRuns: 30 },
    );
  });
});

describe('what they find', () => {
  it('addValue() gives mean and deviation of all values, to the precision of singles', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 200 }), (values) => {
        const stats = noStats();
        for (const one of values) addValue(stats, one);
        const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
        const sd = Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length);
        expect(stats.mean).toBeCloseTo(mean, 3);
        expect(stats.sd).toBeCloseTo(sd, 2);
      }),
    );
  });

  it('deviationsOf() of what never changed is bounded, and 0 where nothing changes', () => {
    const stats = noStats();
    for (let at = 0; at < 10; at += 1) addValue(stats, 5);
    expect(deviationsOf(stats, 5)).toBe(0);
    expect(deviationsOf(stats, 5.1)).toBe(1000);
  });

  it('ewmaDeviation() finds a level that shifts and stays, and forgives one wild value', () => {
    const steady = (ewma: ReturnType<typeof noEwma>): number[] =>
      Array.from({ length: 500 }, (_, at) => ewmaDeviation(ewma, Math.sin(at * 1.7)));
    const wild = noEwma();
    steady(wild);
    expect(ewmaDeviation(wild, 3)).toBeLessThan(5.7);
    const shifted = noEwma();
    steady(shifted);
    expect(Math.max(...Array.from({ length: 20 }, () => ewmaDeviation(shifted, 3)))).toBeGreaterThan(5.7);
  });

  it('seasonalDeviation() expects of an hour what was usual at that hour', () => {
    const season = noSeason();
    const usual = (hour: number): number => (hour < 12 ? 10 : 50) + Math.sin(hour);
    for (let hour = 0; hour < 24 * 30; hour += 1) seasonalDeviation(season, usual(hour % 24) + (hour % 7) / 10, hour * HOUR_MS);
    const night = seasonalDeviation(season, 50, 24 * 30 * HOUR_MS);
    expect(night.expected).toBeCloseTo(10.3, 0);
    expect(night.deviations).toBeGreaterThan(12);
  });

  it('present() calls a window new that matches none, and learns it', () => {
    const categories = noCategories(8, 3);
    const low = Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1);
    const high = Float32Array.of(1, 1, 1, 1, 0, 0, 0, 0);
    const seen = (one: Float32Array): unknown => present(categories, one, VIGILANCE).novel;
    expect([low, low, high, high, low].map(seen)).toEqual([false, false, true, false, false]);
    expect(() => present(categories, Float32Array.of(1), VIGILANCE)).toThrow(RangeError);
  });

  it('addLevel() opens after its debounce, once, and again only after rest and a low row', () => {
    const incident = noIncident();
    const said = [1, 0.9, 1, 1, 1, 0.9, 0.9, 0.7, 1, 1].map((level) => addLevel(incident, level, TERMS));
    expect(said).toEqual(['none', 'none', 'none', 'opened', 'open', 'open', 'open', 'none', 'none', 'opened']);
  });

  it('restAnew() lets nothing open for a rest, and then only what is still high after a low row', () => {
    const incident = noIncident();
    restAnew(incident, TERMS);
    const said = [2, 2, 2, 0, 2, 2].map((level) => addLevel(incident, level, TERMS));
    expect(said).toEqual(['open', 'open', 'open', 'none', 'none', 'opened']);
  });
});
