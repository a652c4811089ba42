/** A small flow by the kit, with each of its parts: one state a machine as JSON, one a sensor in bytes, a label, a look-up. */
import { z } from 'zod';
import { defineBriefing } from '../../src/kit/defineBriefing.ts';
import { defineEvents } from '../../src/kit/defineEvents.ts';
import { defineFlow } from '../../src/kit/defineFlow.ts';
import { defineLabels } from '../../src/kit/defineLabels.ts';
import { defineReflex } from '../../src/kit/defineReflex.ts';
import { fingerprint } from '../../src/kit/sense/fingerprint.ts';
import { countUntil, insertAt } from '../../src/kit/sense/timeColumn.ts';
import { amounts, fingerprints, times } from '../../src/kit/state/columns.ts';
import { jsonState } from '../../src/kit/state/jsonState.ts';
import { record } from '../../src/kit/state/record.ts';

export const HOUR_MS = 3_600_000;

const policySchema = z.strictObject({ alertFrom: z.number() });
export type MachinesPolicy = z.output<typeof policySchema>;

export const machineEvents = defineEvents({
  'sensor.read': {
    schema: z.looseObject({ machineId: z.string().min(1), values: z.record(z.string(), z.number()), by: z.string().optional() }),
    subject: ({ machineId }) => machineId,
    fields: { machineId: 'plain', values: 'plain', by: 'personal' },
  },
  'machine.failed': {
    schema: z.looseObject({ machineId: z.string().min(1), kind: z.string() }),
    subject: ({ machineId }) => machineId,
    fields: { machineId: 'plain', kind: 'untrusted' },
  },
});

/** `mean` is of all readings; a machine that is new has none. */
export const machineState = jsonState({ empty: () => ({ readings: 0, sum: 0, failures: 0 }) });
export const sensorState = record({
  times: times({ keepMs: 24 * HOUR_MS, max: 50 }),
  readings: amounts(),
  seen: fingerprints(4),
});

export const machinesReflex = defineReflex({
  events: machineEvents,
  states: { machine: machineState, sensor: sensorState },
  subject: 'machine',
  keys: {
    'sensor.read': ({ machineId, values }) => ({
      machine: machineId,
      sensor: Object.keys(values).map((name) => `${machineId}/${name}`),
    }),
    'machine.failed': ({ machineId }) => ({ machine: machineId }),
  },
  latenessMs: HOUR_MS,
  timeless: ['machine.failed'],
  on: {
    'sensor.read'({ machine, sensor }, { id, timeMs, data: { machineId, values } }, { alertFrom }: MachinesPolicy) {
      const readings = Object.values(values);
      sensor.forEach((column, nth) => {
        const at = countUntil(column.times, timeMs);
        insertAt(column.times, at, timeMs);
        insertAt(column.readings, at, readings[nth] as number);
        column.seen.push(fingerprint(id));
      });
      machine.readings += readings.length;
      machine.sum += readings.reduce((sum, reading) => sum + reading, 0);
      const largest = Math.max(...readings);
      const decision = {
        ...{ outcome: largest >= alertFrom ? 'alert' : 'normal', confidence: 1, score: null, rung: 'rules' as const, rungs: [] },
        ...{ reasons: [{ code: 'largest', text: `the largest reading of ${machineId} is ${largest}` }], result: {}, provisional: false },
      };
      return { states: { machine, sensor }, decision };
    },
    'machine.failed'({ machine }) {
      machine.failures += 1;
      return { states: { machine } };
    },
  },
  show: { sensor: ({ times: all, readings }) => ({ readings: all.length, newest: readings.at(-1) ?? null }) },
});

export const machines = defineFlow({
  name: 'machines',
  title: 'Test machines',
  events: machineEvents,
  policySchema,
  policyText: 'alertFrom: 100\n',
  code: 'machines-code-1',
  reflex: machinesReflex,
  outcomes: ['normal', 'alert'],
  labels: defineLabels(machineEvents, {
    truths: ['failed', 'ran'],
    claims: { alert: 'failed', normal: 'ran' },
    positive: 'failed',
    keyOf: { 'sensor.read': ({ machineId }) => machineId },
    labelOf: { 'machine.failed': ({ machineId }) => ({ key: machineId, truth: 'failed' }) },
  }),
  briefing: defineBriefing(machineEvents, {
    variables: z.object({ alertFrom: z.number() }),
    on: {
      'sensor.read': ({ data }, { policy }: { policy: MachinesPolicy }) => ({
        variables: { alertFrom: policy.alertFrom },
        facts: [{ id: 'machine', label: 'Machine', value: data.machineId ?? null }],
      }),
    },
    lookUps: {
      machine: { description: 'The machine.', state: 'machine', of: { 'sensor.read': ({ machineId }) => machineId } },
    },
  }),
});
