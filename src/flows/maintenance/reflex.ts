/**
 * Folds readings into their machine and its sensors, and scores each. Heartbeats, maintenance and failures decide nothing: they say when
 * the machine was last heard of, and what became of it.
 */
import type { FlowEvent, JsonObject } from '../../domain/event.ts';
import type { Folded, Reflex, StateBytes } from '../../domain/flow.ts';
import { instantText } from '../../domain/instant.ts';
import { judge, termsOf } from './judge.ts';
import { readJoint } from './model/joint.ts';
import { readMachine, writeMachine } from './model/machine.ts';
import { readShapes } from './model/shapesCodec.ts';
import { FORMAT, newestMs } from './model/stateHead.ts';
import type { MaintenancePolicy } from './policy.ts';
import { FAILED, keysOf, MAINTAINED, machineKey, READ } from './readings.ts';
import { takeReading } from './takeReading.ts';

/** A row later than this behind its machine's newest is recorded, not folded: detectors take rows in their order. */
const LATENESS_MS = 3_600_000;

function foldOther([state = null]: readonly (StateBytes | null)[], { type, timeMs }: FlowEvent): Folded {
  const machine = readMachine(state);
  machine.timeMs = Math.max(machine.timeMs, timeMs);
  if (type === MAINTAINED) machine.maintainedMs = timeMs;
  if (type === FAILED) machine.failedMs = timeMs;
  return { states: [writeMachine(machine)] };
}

function fold(states: readonly (StateBytes | null)[], event: FlowEvent, policy: MaintenancePolicy): Folded {
  if (event.type !== READ) return foldOther(states, event);
  return judge(takeReading(states, event, termsOf(policy, event.subject)), event, policy);
}

function show(key: string, state: StateBytes): JsonObject {
  if (key.startsWith('joint:')) {
    const { names = [], taken = 0, learnRows = 0, learnt = null } = readJoint(state) ?? {};
    return { sensors: [...names], rows: taken, learnRows, limit: learnt?.limit ?? null };
  }
  if (key.startsWith('sensor:')) {
    const { categories, vigilances } = readShapes(state);
    return { steps: vigilances.steps, shapes: categories.count, alerts: vigilances.alerts };
  }
  const { incident, sensors, maintainedMs, failedMs } = readMachine(state);
  return {
    incident: incident.open ? 'open' : 'none',
    maintained: maintainedMs === null ? null : instantText(maintainedMs),
    failed: failedMs === null ? null : instantText(failedMs),
    sensors: sensors.map(({ name, rows, origin, value, level }) => ({
      ...{ sensor: name, rows, value: origin + value },
      ...{ usual: origin + level.past.mean, deviation: level.past.sd },
    })),
  };
}

export const maintenanceReflex: Reflex<MaintenancePolicy> = {
  format: FORMAT,
  keys: keysOf,
  latenessMs: LATENESS_MS,
  timeless: [MAINTAINED, FAILED],
  newestMs: (_key, state) => newestMs(state),
  fold,
  show,
  subjectKey: machineKey,
};
