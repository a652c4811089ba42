/**
 * Folds readings into their machine and its sensors, and scores each. Heartbeats, maintenance and failures decide nothing: they say that
 * the machine is there, and what became of it. Where nothing says so for too long, that is an alert.
 */
import { defineReflex } from '../../kit/defineReflex.ts';
import { restAnew } from '../../kit/sense/incident.ts';
import { incidentTermsOf, judge, termsOf } from './judge.ts';
import { jointState } from './model/joint.ts';
import { machineState } from './model/machine.ts';
import { shapesState } from './model/shapesCodec.ts';
import type { MaintenancePolicy } from './policy.ts';
import { FAILED, HEARTBEAT, MAINTAINED, machineEvents, READ, SENSORS_MAX, SILENT, sensorKey, sensorNames } from './readings.ts';
import { hear, judgeSilence } from './silence.ts';
import { takeReading } from './takeReading.ts';

/** A row later than this behind its machine's newest is recorded, not folded: detectors take rows in their order. */
const LATENESS_MS = 3_600_000;

/** To the case, which may wait for it: it decides nothing. */
const handedOn = { signal: { found: {}, rungs: [] } };

const machineAlone = ({ machineId }: { machineId: string }) => ({ machine: machineId });

export const maintenanceReflex = defineReflex({
  events: machineEvents,
  states: { machine: machineState, joint: jointState, sensor: shapesState },
  subject: 'machine',
  keys: {
    [READ]: (data) => ({
      machine: data.machineId,
      joint: data.machineId,
      sensor: sensorNames(data)
        .slice(0, SENSORS_MAX)
        .map((name) => sensorKey(data.machineId, name)),
    }),
    [HEARTBEAT]: machineAlone,
    [MAINTAINED]: machineAlone,
    [FAILED]: machineAlone,
    [SILENT]: machineAlone,
  },
  latenessMs: LATENESS_MS,
  // the time of a silence is that of its acceptance: readings that a gateway kept meanwhile are older and not late
  timeless: [MAINTAINED, FAILED, SILENT],
  on: {
    [READ](states, event, policy: MaintenancePolicy) {
      const taken = takeReading(states, event, termsOf(policy, event.subject));
      const { machine, joint, shapes } = taken;
      const { watches, back } = hear(machine, event, policy);
      const judged = judge(taken, event, { policy, back });
      return {
        states: { machine, sensor: shapes as (typeof states.sensor)[number][], ...(joint === null ? {} : { joint }) },
        watches,
        ...judged,
      };
    },
    [HEARTBEAT]({ machine }, event, policy: MaintenancePolicy) {
      const { watches, back } = hear(machine, event, policy);
      return { states: { machine }, watches, ...(back ? handedOn : {}) };
    },
    [MAINTAINED]({ machine }, { subject, timeMs }, policy: MaintenancePolicy) {
      machine.maintainedMs = timeMs;
      restAnew(machine.incident, incidentTermsOf(policy, subject));
      return { states: { machine }, ...handedOn };
    },
    [FAILED]({ machine }, { timeMs }) {
      machine.failedMs = timeMs;
      return { states: { machine } };
    },
    [SILENT]({ machine }, event, policy: MaintenancePolicy) {
      machine.silent = true;
      return { states: { machine }, ...judgeSilence(event, policy) };
    },
  },
});
