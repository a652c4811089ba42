/** What an LLM is told of an alert: which detector, what was expected and what came, and the work order that is proposed. */
import { z } from 'zod';
import type { JsonObject } from '../../domain/event.ts';
import type { Briefed, Fact } from '../../domain/flow.ts';
import { defineBriefing } from '../../kit/defineBriefing.ts';
import type { MaintenancePolicy } from './policy.ts';
import { machineEvents, READ, SILENT } from './readings.ts';

const LABELS = {
  by: 'The detector that alerted: level (its smoothed value), season (its value at this hour), shape (its last rows), joint (sensors together) or silence (nothing came)',
  sensor: 'The sensor',
  expected: "What was expected, in the sensor's unit; of a shape, how well known ones should match",
  seen: 'What came',
  deviations: 'How many standard deviations lie between (0 for a shape)',
  said: 'How strong it is: 1 is an alarm',
  since: 'When the machine was last heard of',
  due: 'By when it should have been heard of again',
} as const;

type About = Pick<Briefed<MaintenancePolicy>, 'found' | 'provisional'>;

function tell(machineId: Fact['value'], { found, provisional }: About) {
  const order = (provisional?.result.order ?? {}) as JsonObject;
  const told = Object.entries(LABELS).flatMap(([id, label]): Fact[] => (found[id] === undefined ? [] : [{ id, label, value: found[id] }]));
  const reasons = (provisional?.reasons ?? []).map(
    ({ text }, at): Fact => ({ id: `reason${at + 1}`, label: 'A reason of the alert', value: text }),
  );
  const facts: Fact[] = [
    { id: 'machine', label: 'The machine', value: machineId },
    ...told,
    ...reasons,
    { id: 'orderKind', label: 'The work that is proposed', value: order.kind ?? null },
    { id: 'orderCost', label: 'What it costs', value: order.cost ?? null },
  ];
  return { variables: { score: provisional?.score ?? 0 }, facts };
}

export const maintenanceBriefing = defineBriefing(machineEvents, {
  variables: z.object({ score: z.number() }),
  on: {
    [READ]: ({ data }, about: Omit<Briefed<MaintenancePolicy>, 'event'>) => tell(data.machineId ?? null, about),
    [SILENT]: ({ data }, about) => tell(data.machineId ?? null, about),
  },
  lookUps: {
    machine: {
      description:
        'The machine: for each sensor how many rows, its newest value, what is usual and how far it deviates; last maintenance and failure.',
      state: 'machine',
      of: { [READ]: ({ machineId }) => machineId, [SILENT]: ({ machineId }) => machineId },
    },
  },
});
