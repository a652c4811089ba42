/** What is read of a machine with each of its events: its sensors' scalars, its incident, and when it was last heard of. */
import type { ByteReader } from '../../../kit/sense/bytes.ts';
import { type Incident, loadIncident, noIncident, saveIncident } from '../../../kit/sense/incident.ts';
import { loadSensor, type Sensor, saveSensor } from './sensor.ts';
import { openState, startState } from './stateHead.ts';

export interface Machine {
  /** Newest event's time. */
  timeMs: number;
  readonly incident: Incident;
  /** Smoothed T2 of its sensors together; null before it was learnt. */
  joint: number | null;
  maintainedMs: number | null;
  failedMs: number | null;
  readonly sensors: Sensor[];
}

const BYTES_LIKELY = 256;
const BYTES_A_SENSOR = 256;

export function readMachine(state: Uint8Array | null): Machine {
  if (state === null) return { timeMs: 0, incident: noIncident(), joint: null, maintainedMs: null, failedMs: null, sensors: [] };
  const { timeMs, reader } = openState(state);
  const incident = loadIncident(reader);
  const joint = optional(reader, () => reader.float32());
  const [maintainedMs, failedMs] = [optional(reader, () => reader.zigzag()), optional(reader, () => reader.zigzag())];
  const sensors = Array.from({ length: reader.varint() }, () => loadSensor(reader));
  return { timeMs, incident, joint, maintainedMs, failedMs, sensors };
}

export function writeMachine({ timeMs, incident, joint, maintainedMs, failedMs, sensors }: Machine): Uint8Array {
  const writer = startState(timeMs, BYTES_LIKELY + BYTES_A_SENSOR * sensors.length);
  saveIncident(writer, incident);
  writer.byte(joint === null ? 0 : 1);
  if (joint !== null) writer.float32(joint);
  for (const time of [maintainedMs, failedMs]) {
    writer.byte(time === null ? 0 : 1);
    if (time !== null) writer.zigzag(time);
  }
  writer.varint(sensors.length);
  for (const sensor of sensors) saveSensor(writer, sensor);
  return writer.finish();
}

const optional = <T>(reader: ByteReader, read: () => T): T | null => (reader.byte() === 0 ? null : read());
