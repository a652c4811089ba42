/** Temporal's chatter out of the tests' output. Before anything of Temporal's worker side. */
import { pino } from 'pino';
import { installRuntime } from '../../src/temporalRuntime.ts';

let installed = false;

export function quietRuntime(): void {
  if (installed) return;
  installed = true;
  installRuntime(pino({ level: 'error' }));
}
