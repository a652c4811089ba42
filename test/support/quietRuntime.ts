/** Temporal's chatter out of the tests' output. Before anything of Temporal's worker side. */
import { type Logger, pino } from 'pino';
import { installRuntime } from '../../src/run/temporalRuntime.ts';

let installed = false;

/** A test that reads the log gives its own, before anybody else asks. */
export function quietRuntime(logger: Logger = pino({ level: 'error' })): void {
  if (installed) return;
  installed = true;
  installRuntime(logger);
}
