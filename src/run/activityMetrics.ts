/**
 * What a worker measures of its own beside what Temporal's SDK does: tries of actions by receiver, and the rungs of cases. They go out
 * with the SDK's, where SIGNALBOX_WORKER_METRICS says; labels are what flows and settings name, never a subject or an id.
 */
import type { MetricMeter } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Acting } from '../activities/act.ts';
import type { Endings } from '../activities/recordEndings.ts';

/** `receiver`: its id, which is a hash of its address; null without one. */
export function activityMetrics(meter: MetricMeter, receiver: string | null): ActivityInterceptorsFactory {
  const tries = meter.createHistogram(
    'signalbox_action_try_seconds',
    'float',
    undefined,
    'Tries of actions by flow, action, receiver and how each went: done, dead, not-sent, planned (it is tried again)',
  );
  const rungs = meter.createHistogram(
    'signalbox_rung_seconds',
    'float',
    undefined,
    'How long each rung of the final decisions of cases took, by flow and rung; decided: whether it was the one that decided',
  );
  return ({ info: { activityType } }) => ({
    inbound: {
      async execute(input, next) {
        const startedAt = performance.now();
        const took = (state: string): void => {
          const { flow, action } = input.args[0] as Acting;
          tries.record((performance.now() - startedAt) / 1000, { flow, action, receiver: receiver ?? 'none', state });
        };
        try {
          const result = await next(input);
          if (activityType === 'act') took((result as { state: string }).state);
          if (activityType === 'recordEndings') {
            const { flow, endings } = input.args[0] as Endings;
            for (const { rung, ms, abstained } of endings.flatMap(({ decision }) => decision?.draft.rungs ?? []))
              rungs.record(ms / 1000, { flow, rung, decided: String(abstained === undefined) });
          }
          return result;
        } catch (error) {
          if (activityType === 'act') took('planned');
          throw error;
        }
      },
    },
  });
}
