/** What is read of a machine with each of its events: its sensors' scalars, its incident, and what became of it. */
import { instantText } from '../../../domain/instant.ts';
import type { ByteReader, ByteWriter } from '../../../kit/sense/bytes.ts';
import { type Incident, loadIncident, noIncident, saveIncident } from '../../../kit/sense/incident.ts';
import { packed } from '../../../kit/state/packed.ts';
import { loadSensor, type Sensor, saveSensor } from './sensor.ts';

export interface Machine {
  readonly incident: Incident;
  /** Smoothed T2 of its sensors together; null before it was learnt. */
  joint: number | null;
  /** When it was last heard of, and when it is silent unless it is again: by times of acceptance, as a sensor's clock may be anything. */
  heard: { readonly atMs: number; readonly silentMs: number } | null;
  /** It fell silent, and was not heard of since. */
  silent: boolean;
  maintainedMs: number | null;
  failedMs: number | null;
  readonly sensors: Sensor[];
}

const BYTES_LIKELY = 4096;

const loadOptional = (reader: ByteReader): number | null => (reader.byte() === 0 ? null : reader.zigzag());

function saveOptional(writer: ByteWriter, value: number | null): void {
  writer.byte(value === null ? 0 : 1);
  if (value !== null) writer.zigzag(value);
}

const shownInstant = (timeMs: number | null): string | null => (timeMs === null ? null : instantText(timeMs));

export const machineState = packed<Machine>({
  bytesLikely: BYTES_LIKELY,
  empty: () => ({ incident: noIncident(), joint: null, heard: null, silent: false, maintainedMs: null, failedMs: null, sensors: [] }),
  read(reader) {
    const incident = loadIncident(reader);
    const joint = reader.byte() === 0 ? null : reader.float32();
    const heard = reader.byte() === 0 ? null : { atMs: reader.zigzag(), silentMs: reader.zigzag() };
    const silent = reader.byte() === 1;
    const [maintainedMs, failedMs] = [loadOptional(reader), loadOptional(reader)];
    return {
      incident,
      joint,
      heard,
      silent,
      maintainedMs,
      failedMs,
      sensors: Array.from({ length: reader.varint() }, () => loadSensor(reader)),
    };
  },
  write(writer, { incident, joint, heard, silent, maintainedMs, failedMs, sensors }) {
    saveIncident(writer, incident);
    writer.byte(joint === null ? 0 : 1);
    if (joint !== null) writer.float32(joint);
    writer.byte(heard === null ? 0 : 1);
    if (heard !== null) for (const timeMs of [heard.atMs, heard.silentMs]) writer.zigzag(timeMs);
    writer.byte(silent ? 1 : 0);
    for (const timeMs of [maintainedMs, failedMs]) saveOptional(writer, timeMs);
    writer.varint(sensors.length);
    for (const sensor of sensors) saveSensor(writer, sensor);
  },
  show: ({ incident, heard, silent, maintainedMs, failedMs, sensors }) => ({
    incident: incident.open ? 'open' : 'none',
    heard: shownInstant(heard?.atMs ?? null),
    silent,
    maintained: shownInstant(maintainedMs),
    failed: shownInstant(failedMs),
    sensors: sensors.map(({ name, rows, origin, value, level }) => ({
      ...{ sensor: name, rows, value: origin + value },
      ...{ usual: origin + level.past.mean, deviation: level.past.sd },
    })),
  }),
});
