/** What it takes for a reading to be normal, watched, or the alert of a new incident. */
import type { Condition, Considered, FlowConditions } from '../../domain/conditions.ts';
import { model, rules } from '../../kit/conditions.ts';
import type { MaintenancePolicy } from './policy.ts';
import { SILENT } from './readings.ts';

/** From this share of an alarm on, a row is one. */
const ALARM = 1;

export const maintenanceConditions: FlowConditions<MaintenancePolicy> = {
  of(about) {
    const { type, result, seen, policy } = about;
    if (type === SILENT) return ofSilence(about);
    const { level } = result;
    if (level === undefined) return {};
    const watchFrom = policy.detect.watchFrom;
    const strength = 'strength of what is unusual, as a share of an alarm';
    const isOpen = seen.incident === 'open';
    const known = seen.incident === undefined ? null : isOpen;
    const fresh = model.that('incident', 'whether an incident of the machine was open', {
      ...{ seen: seen.incident ?? null, needed: 'none: there is one alert an incident', met: known === null ? null : !known },
    });
    return {
      normal: [model.below('level', strength, level, watchFrom), model.that('incident', fresh.text, { ...fresh, needed: 'none' })],
      watch: isOpen ? [] : [model.atLeast('level', strength, level, watchFrom), model.below('level', strength, level, ALARM)],
      alert: [model.atLeast('level', strength, level, ALARM), fresh, ...affordable(about)],
    };
  },
  bands: ({ detect: { watchFrom } }) => [
    { outcome: 'normal', from: 0, to: watchFrom / 2 },
    { outcome: 'watch', from: watchFrom / 2, to: ALARM / 2 },
    { outcome: 'alert', from: ALARM / 2, to: 1 },
  ],
};

/** A person decides above the limit. */
function affordable({ result, policy: { workOrders } }: Considered<MaintenancePolicy>): Condition[] {
  const { cost } = (result.order ?? {}) as { cost?: number };
  return cost === undefined
    ? []
    : [rules.atMost('above-limit', 'cost of the work that may be ordered without a person', cost, workOrders.costMax)];
}

function ofSilence(about: Considered<MaintenancePolicy>): Record<string, Condition[]> {
  const heard = model.that('silence', 'the last that was heard of the machine', {
    ...{ seen: about.data.since ?? null, needed: 'a reading or a heartbeat within the time that the policy gives', met: false },
  });
  return { normal: [heard], watch: [heard], alert: affordable(about) };
}
