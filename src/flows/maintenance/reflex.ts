/**
 * Folds readings into their machine and its sensors, and scores each. Heartbeats, maintenance and failures decide nothing: they say that
 * the machine is there, and what became of it.
 */
import { defineReflex } from '../../kit/defineReflex.ts';
import { restAnew } from '../../kit/sense/incident.ts';
import { incidentTermsOf, judge, termsOf } from './judge.ts';
import { jointState } from './model/joint.ts';
import { machineState } from './model/machine.ts';
import { shapesState } from './model/shapesCodec.ts';
import type { MaintenancePolicy } from './policy.ts';
import { FAILED, HEARTBEAT, MAINTAINED, machineEvents, READ, SENSORS_MAX, sensorKey, sensorNames } from './readings.ts';
import { takeReading } from './takeReading.ts';

/** A row later than this behind its machine's newest is recorded, not folded: detectors take rows in their order. */
const LATENESS_MS = 3_600_000;

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
  },
  latenessMs: LATENESS_MS,
  timeless: [MAINTAINED, FAILED],
  on: {
    [READ](states, event, policy: MaintenancePolicy) {
      const taken = takeReading(states, event, termsOf(policy, event.subject));
      const { machine, joint, shapes } = taken;
      const judged = judge(taken, event, policy);
      return { states: { machine, sensor: shapes as (typeof states.sensor)[number][], ...(joint === null ? {} : { joint }) }, ...judged };
    },
    [HEARTBEAT]: ({ machine }) => ({ states: { machine } }),
    [MAINTAINED]({ machine }, { subject, timeMs }, policy: MaintenancePolicy) {
      machine.maintainedMs = timeMs;
      restAnew(machine.incident, incidentTermsOf(policy, subject));
      return { states: { machine } };
    },
    [FAILED]({ machine }, { timeMs }) {
      machine.failedMs = timeMs;
      return { states: { machine } };
    },
  },
});
