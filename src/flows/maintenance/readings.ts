/** The maintenance flow's events, as senders give them: strict about what it reads, loose about the rest. */
import { z } from 'zod';
import type { FlowEvent } from '../../domain/event.ts';
import { defineEvents } from '../../kit/defineEvents.ts';

/** More than any machine has; what is watched of them is the policy's. */
const VALUES_MAX = 256;
/** Squares of it must fit a single. */
const VALUE_MAX = 1e15;

const id = z.string().min(1).max(200);
/** It stands in reasons, questions and prompts: a name, not a text. */
const sensorName = z
  .string()
  .regex(/^[\p{L}\p{N}_][\p{L}\p{N} ._/%()+-]{0,63}$/u, 'must be a name of up to 64 letters, digits, spaces or ._/%()+-');
const kind = z.string().regex(/^[\p{L}\p{N}_][\p{L}\p{N} ._/-]{0,63}$/u, 'must be a name of up to 64 letters, digits, spaces or ._/-');

const read = z.looseObject({
  machineId: id,
  values: z
    .record(sensorName, z.number().min(-VALUE_MAX).max(VALUE_MAX))
    .refine((values) => Object.keys(values).length <= VALUES_MAX, { error: `must hold at most ${VALUES_MAX} sensors` }),
});
const heartbeat = z.looseObject({ machineId: id });
const ofKind = z.looseObject({ machineId: id, kind });

export const READ = 'sensor.read';
const HEARTBEAT = 'machine.heartbeat';
export const MAINTAINED = 'maintenance.performed';
export const FAILED = 'machine.failed';

const subject = ({ machineId }: { machineId: string }): string => machineId;
const fields = { machineId: 'id', values: 'untrusted', kind: 'untrusted' } as const;

export const machineEvents = defineEvents({
  [READ]: { schema: read, subject, fields },
  [HEARTBEAT]: { schema: heartbeat, subject, fields },
  [MAINTAINED]: { schema: ofKind, subject, fields },
  [FAILED]: { schema: ofKind, subject, fields },
});

/** Of an accepted reading: the edge has checked it against its schema. */
export const valuesOf = ({ data }: Pick<FlowEvent, 'data'>): Readonly<Record<string, number>> => data.values as Record<string, number>;

/** Sensors whose states one event may read and write; the first by name. A policy watches as many or fewer. */
export const SENSORS_MAX = 16;

/** Of all that an event tells, in the order of their names: whatever order it came in, it is the same event. */
export const sensorNames = (event: Pick<FlowEvent, 'data'>): string[] => Object.keys(valuesOf(event)).sort();

export const machineKey = (machineId: string): string => `machine:${machineId}`;
const jointKey = (machineId: string): string => `joint:${machineId}`;
/** The length keeps a machine `a` with a sensor `b:c` apart from a machine `a:b` with a sensor `c`. */
const sensorKey = (machineId: string, name: string): string => `sensor:${machineId.length}:${machineId}:${name}`;

/** The states that an event reads and writes: the machine's, and for a reading how its sensors go together and each one's shapes. */
export function keysOf(event: FlowEvent): string[] {
  const machineId = String(event.data.machineId);
  if (event.type !== READ) return [machineKey(machineId)];
  const names = sensorNames(event).slice(0, SENSORS_MAX);
  return [machineKey(machineId), jointKey(machineId), ...names.map((name) => sensorKey(machineId, name))];
}
