/** The names of all metrics: ours, of the ingress by asking it, and those of Temporal's SDK that a worker shows. */

import { showBrokers, webhookMetrics } from '../../src/ingress/metrics/doorMetrics.ts';
import { showActions, showMemories, showWatches } from '../../src/ingress/metrics/flowFigures.ts';
import { httpMetrics } from '../../src/ingress/metrics/httpMetrics.ts';
import { showLlm } from '../../src/ingress/metrics/llmMetrics.ts';
import { createMetrics } from '../../src/ingress/metrics/metrics.ts';
import { addQualityMetrics } from '../../src/ingress/metrics/qualityMetrics.ts';

/** Shown by a worker where SIGNALBOX_WORKER_METRICS is set: `test/e2e/story` looks for each in a real one, but those that are only there when something fails. */
export const WORKER_METRICS = [
  'temporal_activity_schedule_to_start_latency_seconds',
  'temporal_worker_task_slots_used',
  'signalbox_action_try_seconds',
  'signalbox_rung_seconds',
];
/** Shown after the first workflow task that failed. */
const ON_FAILURE = ['temporal_workflow_task_execution_failed_total'];
/** Prometheus makes it of each scrape. */
const OF_PROMETHEUS = ['up'];

export function shownMetrics(): Set<string> {
  const never = (): Promise<never> => Promise.reject(new Error('nothing is read'));
  const metrics = createMetrics({ waiting: () => 0, backlog: never, unseen: never, failed: () => undefined });
  httpMetrics(metrics.registry);
  showWatches(metrics, never);
  showMemories(metrics, never);
  showActions(metrics, never);
  showLlm(metrics, never);
  showBrokers(metrics, never);
  webhookMetrics(metrics);
  addQualityMetrics(metrics, never);
  const ours = metrics.registry.getMetricsAsArray().map(({ name }) => name);
  return new Set([...ours, ...WORKER_METRICS, ...ON_FAILURE, ...OF_PROMETHEUS]);
}
