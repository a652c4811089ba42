/** The maintenance flow's events, as senders give them: strict about what it reads, loose about the rest. */
import { z } from 'zod';
import { defineEvents, type TypedEvent } from '../../kit/defineEvents.ts';

/** More than any machine has; what is watched of them is the policy's. */
const VALUES_MAX = 256;
/** Squares of it must fit a single. */
const VALUE_MAX = 1e15;

const id = z.string().min(1).max(200);
/** They stand in reasons, questions and prompts: names, not texts. */
const named = (marks: string): z.ZodString =>
  z
    .string()
    .regex(
      new RegExp(`^[\\p{L}\\p{N}_][\\p{L}\\p{N} ${marks}]{0,63}$`, 'u'),
      `must be a name of up to 64 letters, digits, spaces or ${marks}`,
    );
const sensorName = named('._/%()+-');
const kind = named('._/-');

const subject = ({ machineId }: { machineId: string }): string => machineId;
const fields = { machineId: 'id', values: 'untrusted', kind: 'untrusted' } as const;
const instant = z.iso.datetime();
const ownFields = { ...fields, since: 'plain', due: 'plain', opened: 'plain' } as const;

export const READ = 'sensor.read';
export const HEARTBEAT = 'machine.heartbeat';
export const MAINTAINED = 'maintenance.performed';
export const FAILED = 'machine.failed';
/** The flow's own: nothing has been heard of a machine for too long. */
export const SILENT = 'machine.silent';

export const machineEvents = defineEvents({
  [READ]: {
    schema: z.looseObject({
      machineId: id,
      values: z
        .record(sensorName, z.number().min(-VALUE_MAX).max(VALUE_MAX))
        .refine((values) => Object.keys(values).length <= VALUES_MAX, { error: `must hold at most ${VALUES_MAX} sensors` }),
    }),
    ...{ subject, fields },
  },
  [HEARTBEAT]: { schema: z.looseObject({ machineId: id }), subject, fields },
  [MAINTAINED]: { schema: z.looseObject({ machineId: id, kind }), subject, fields },
  [FAILED]: { schema: z.looseObject({ machineId: id, kind }), subject, fields },
  [SILENT]: {
    schema: z.looseObject({ machineId: id, since: instant, due: instant, opened: instant }),
    ...{ subject, fields: ownFields, own: true },
  },
});

export type Reading = TypedEvent<typeof machineEvents, typeof READ>;
export type Silence = TypedEvent<typeof machineEvents, typeof SILENT>;

/** Sensors whose states one event may read and write; the first by name. A policy watches as many or fewer. */
export const SENSORS_MAX = 16;

/** Of all that an event tells, in the order of their names: whatever order it came in, it is the same event. */
export const sensorNames = ({ values }: Reading['data']): string[] => Object.keys(values).sort();

/** The length keeps a machine `a` with a sensor `b:c` apart from a machine `a:b` with a sensor `c`. */
export const sensorKey = (machineId: string, name: string): string => `${machineId.length}:${machineId}:${name}`;
