/** Temporal's own log lines, as lines of ours. */
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

/** The worker of actions has no workflows, by design: what a queue of its own is for. */
const EXPECTED = 'No workflows registered, not polling for workflow tasks';

/** Once a process, before the first worker. Signals are left to us: a worker must drain before the database closes. */
export function installRuntime(logger: Logger): void {
  const temporal = new DefaultLogger('INFO', ({ level, message, meta }) =>
    logger[message === EXPECTED ? 'debug' : LEVELS[level]]({ ...meta }, message),
  );
  const logging = { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) };
  Runtime.install({ logger: temporal, shutdownSignals: [], telemetryOptions: { logging } });
}
