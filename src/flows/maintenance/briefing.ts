/** What an LLM is told of an alert: which detector, what was expected and what came, and the work order that is proposed. */
import { z } from 'zod';
import type { JsonObject } from '../../domain/event.ts';
import type { Briefed, Fact } from '../../domain/flow.ts';
import { defineBriefing } from '../../kit/defineBriefing.ts';
import type { MaintenancePolicy } from './policy.ts';
import { machineEvents, READ } from './readings.ts';

const LABELS = {
  by: 'The detector that alerted: level (its smoothed value), season (its value at this hour), shape (its last rows) or joint (sensors together)',
  sensor: 'The sensor',
  expected: "What was expected, in the sensor's unit; of a shape, how well known ones should match",
  seen: 'What came',
  deviations: 'How many standard deviations lie between (0 for a shape)',
  said: 'How strong it is: 1 is an alarm',
} as const;

type About = Omit<Briefed<MaintenancePolicy>, 'event'>;

function factsOf({ found, provisional }: About, machineId: Fact['value']): Fact[] {
  const order = (provisional?.result.order ?? {}) as JsonObject;
  const told = Object.entries(LABELS).flatMap(([id, label]): Fact[] => (found[id] === undefined ? [] : [{ id, label, value: found[id] }]));
  const reasons = (provisional?.reasons ?? []).map(
    ({ text }, at): Fact => ({ id: `reason${at + 1}`, label: 'A reason of the alert', value: text }),
  );
  return [
    { id: 'machine', label: 'The machine', value: machineId },
    ...told,
    ...reasons,
    { id: 'orderKind', label: 'The work that is proposed', value: order.kind ?? null },
    { id: 'orderCost', label: 'What it costs', value: order.cost ?? null },
  ];
}

export const maintenanceBriefing = defineBriefing(machineEvents, {
  variables: z.object({ score: z.number() }),
  on: {
    [READ]: ({ data }, about: About) => ({
      variables: { score: about.provisional?.score ?? 0 },
      facts: factsOf(about, data.machineId ?? null),
    }),
  },
  lookUps: {
    machine: {
      description:
        'The machine: for each sensor how many rows, its newest value, what is usual and how far it deviates; last maintenance and failure.',
      state: 'machine',
      of: { [READ]: ({ machineId }) => machineId },
    },
  },
});
