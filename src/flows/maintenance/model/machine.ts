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
  empty: () => ({ incident: noIncident(), joint: null, maintainedMs: null, failedMs: null, sensors: [] }),
  read(reader) {
    const incident = loadIncident(reader);
    const joint = reader.byte() === 0 ? null : reader.float32();
    const [maintainedMs, failedMs] = [loadOptional(reader), loadOptional(reader)];
    return { incident, joint, maintainedMs, failedMs, sensors: Array.from({ length: reader.varint() }, () => loadSensor(reader)) };
  },
  write(writer, { incident, joint, maintainedMs, failedMs, sensors }) {
    saveIncident(writer, incident);
    writer.byte(joint === null ? 0 : 1);
    if (joint !== null) writer.float32(joint);
    saveOptional(writer, maintainedMs);
    saveOptional(writer, failedMs);
    writer.varint(sensors.length);
    for (const sensor of sensors) saveSensor(writer, sensor);
  },
  show: ({ incident, maintainedMs, failedMs, sensors }) => ({
    incident: incident.open ? 'open' : 'none',
    maintained: shownInstant(maintainedMs),
    failed: shownInstant(failedMs),
    sensors: sensors.map(({ name, rows, origin, value, level }) => ({
      ...{ sensor: name, rows, value: origin + value },
      ...{ usual: origin + level.past.mean, deviation: level.past.sd },
    })),
  }),
});
