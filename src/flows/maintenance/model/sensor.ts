/**
 * One sensor of a machine, row by row: how far its level and its value at this hour lie from what is usual, and the step that a row
 * completes. What is read with each row stands here, in the machine's own state; the sensor's shapes stand in a state of their own.
 * Values are told from the first one on (`origin`): a single then holds a change of a large number too.
 */
import type { ByteReader, ByteWriter } from '../../../kit/sense/bytes.ts';
import { type EwmaDeviation, ewmaDeviation, loadEwma, noEwma, saveEwma } from '../../../kit/sense/ewmaDeviation.ts';
import { loadSeason, noSeason, type SeasonalDeviation, saveSeason, seasonalDeviation } from '../../../kit/sense/seasonalDeviation.ts';
import { addRow, type Downsample, loadRows, noRows, type Step, saveRows } from './downsample.ts';
import { paceOf, type Range, widened } from './shapes.ts';

/** Deviations at which a detector alerts by itself. */
const LEVEL_LIMIT = 5.7;
const SEASON_LIMIT = 12;

export interface Sensor {
  readonly name: string;
  /** Rows of its learning time: nothing is said before. */
  readonly learnRows: number;
  readonly origin: number;
  rows: number;
  /** The newest value, less the origin; so are the two that follow, of the learning time. */
  value: number;
  least: number;
  most: number;
  readonly level: EwmaDeviation;
  readonly season: SeasonalDeviation;
  readonly step: Downsample;
}

/** What a detector says: 1 or more is an alarm. `expected` and `seen` in the sensor's unit, `deviations` from the one to the other. */
export interface Found {
  readonly said: number;
  readonly expected: number;
  readonly seen: number;
  readonly deviations: number;
}

export interface SensorRow {
  readonly level: Found;
  readonly season: Found;
  /** Complete with this row; null where none is. */
  readonly step: Step | null;
  /** Known from the end of the learning time on. */
  readonly range: Range | null;
  /** Whether the learning time was over before this row. */
  readonly learned: boolean;
}

export function newSensor(name: string, first: number, learnRows: number): Sensor {
  return {
    ...{ name, learnRows, origin: first, rows: 0, value: 0, least: 0, most: 0 },
    ...{ level: noEwma(), season: noSeason(), step: noRows() },
  };
}

/** Takes a row's value. */
export function addReading(sensor: Sensor, reading: number, timeMs: number): SensorRow {
  const { origin, learnRows, level, season } = sensor;
  const learned = sensor.rows >= learnRows;
  const value = Math.fround(reading - origin);
  sensor.rows += 1;
  sensor.value = value;
  if (!learned) {
    sensor.least = Math.min(sensor.least, value);
    sensor.most = Math.max(sensor.most, value);
  }
  const usualLevel = level.past.mean;
  const ofLevel = ewmaDeviation(level, value);
  const { deviations: ofSeason, expected } = seasonalDeviation(season, value, timeMs);
  const told = (limit: number, deviations: number, [usual, seen]: [number, number]): Found => ({
    ...{ said: learned ? deviations / limit : 0, expected: origin + usual, seen: origin + seen, deviations },
  });
  const { low, high } = widened(sensor.least, sensor.most);
  const inRange = learned ? Math.min(high, Math.max(low, value)) : value;
  const step = addRow(sensor.step, inRange, paceOf(learnRows).stride);
  return {
    level: told(LEVEL_LIMIT, ofLevel, [usualLevel, level.level ?? value]),
    season: told(SEASON_LIMIT, ofSeason, [expected, value]),
    ...{ step, range: sensor.rows >= learnRows ? { low, high, origin } : null, learned },
  };
}

export function saveSensor(writer: ByteWriter, sensor: Sensor): void {
  const { name, learnRows, origin, rows, value, least, most } = sensor;
  writer.text(name);
  writer.varint(learnRows);
  writer.varint(rows);
  writer.float64(origin);
  writer.floats([value, least, most]);
  saveEwma(writer, sensor.level);
  saveSeason(writer, sensor.season);
  saveRows(writer, sensor.step);
}

export function loadSensor(reader: ByteReader): Sensor {
  const [name, learnRows, rows, origin] = [reader.text(), reader.varint(), reader.varint(), reader.float64()];
  const [value, least, most] = reader.floats(3) as unknown as [number, number, number];
  return {
    ...{ name, learnRows, origin, rows, value, least, most },
    ...{ level: loadEwma(reader), season: loadSeason(reader), step: loadRows(reader) },
  };
}
