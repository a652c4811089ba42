/** What Temporal's core tells of itself: its log lines, as lines of ours, and its metrics. */
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import { CannotRun } from '../domain/errors.ts';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

/** The worker of actions has no workflows, by design: what a queue of its own is for. */
const EXPECTED = 'No workflows registered, not polling for workflow tasks';

/**
 * Once a process, before the first worker. Signals are left to us: a worker must drain before the database closes. `metricsAt`: the
 * address, such as `127.0.0.1:9464`, at which /metrics shows the SDK's metrics and ours. Throws CannotRun where it cannot be had.
 */
export function installRuntime(logger: Logger, metricsAt?: string): void {
  const temporal = new DefaultLogger('INFO', ({ level, message, meta }) =>
    logger[message === EXPECTED ? 'debug' : LEVELS[level]]({ ...meta }, message),
  );
  const logging = { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) };
  const prometheus = { bindAddress: metricsAt ?? '', countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true };
  const metrics = metricsAt === undefined ? {} : { metrics: { prometheus } };
  try {
    Runtime.install({ logger: temporal, shutdownSignals: [], telemetryOptions: { logging, ...metrics } });
  } catch (error) {
    throw new CannotRun(`Cannot show the worker's metrics at ${metricsAt}: ${(error as Error).message}`);
  }
}
