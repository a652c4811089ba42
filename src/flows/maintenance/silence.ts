/** A machine that falls silent: when that is, and what is said of it then. */
import type { Folded, Watching } from '../../domain/flow/reflex.ts';
import { climbNow } from '../../kit/climbNow.ts';
import { defineWatch } from '../../kit/defineWatch.ts';
import { type Machine, machineState } from './model/machine.ts';
import type { MaintenancePolicy } from './policy.ts';
import { SILENT, type Silence } from './readings.ts';
import { limitRules, workOrderFor } from './workOrder.ts';

const SECOND_MS = 1000;

export interface Heard {
  /** Each reading and each heartbeat says so: a watch that is open stays as it is. */
  readonly watches: Watching;
  /** It had fallen silent: its case may wait for this. */
  readonly back: boolean;
}

export function hear(
  machine: Machine,
  { subject, acceptedAtMs }: { readonly subject: string; readonly acceptedAtMs: number },
  { silence, machines }: MaintenancePolicy,
): Heard {
  const back = machine.silent;
  const own = Object.hasOwn(machines, subject) ? machines[subject]?.silentAfterSeconds : undefined;
  const heardMs = Math.max(machine.heard?.atMs ?? acceptedAtMs, acceptedAtMs);
  const silentMs = heardMs + SECOND_MS * (own ?? silence.afterSeconds);
  machine.heard = { atMs: heardMs, silentMs };
  machine.silent = false;
  return { watches: { [SILENT]: silentMs }, back };
}

export const silenceWatch = defineWatch({
  ...{ subjectField: 'machineId', state: 'machine', codec: machineState },
  check({ heard }, _policy: MaintenancePolicy, nowMs) {
    // only what was heard of opens a watch
    const { atMs, silentMs } = heard ?? { atMs: nowMs, silentMs: nowMs };
    return silentMs <= nowMs ? { dueSinceMs: atMs } : { againAtMs: silentMs };
  },
});

/** An alert of its own: somebody must look. */
export function judgeSilence({ subject, data: { since, due } }: Silence, policy: MaintenancePolicy): Pick<Folded, 'decision' | 'signal'> {
  const order = workOrderFor(policy, subject, null);
  const text = `Nothing has been heard of ${subject} since ${since}: no reading and no heartbeat by ${due}`;
  const decision = climbNow(policy.rungs, {
    doubt: 'alert',
    rules: () => limitRules(order, policy),
    model: () => ({
      ...{ outcome: 'alert', confidence: 1, score: 1, reasons: [{ code: 'silence', text }] },
      abstains: 'an alert goes to its case',
    }),
    result: { by: 'silence', sensor: null, order },
  });
  return { decision, signal: { found: { by: 'silence', since, due }, rungs: decision.rungs } };
}
