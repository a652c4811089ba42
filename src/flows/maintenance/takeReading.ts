/** Folds a reading into its machine and its sensors, and tells what each detector says of it. No policy but its numbers, no decision. */
import type { FlowEvent } from '../../domain/event.ts';
import type { StateBytes } from '../../domain/flow.ts';
import { furthest, nextAverage } from '../../kit/sense/tSquared.ts';
import { type Joint, keepRow, learns, noJoint, readJoint, rowOf, writeJoint } from './model/joint.ts';
import { type Machine, readMachine, writeMachine } from './model/machine.ts';
import { addReading, newSensor, type Sensor } from './model/sensor.ts';
import { addStep, noShapes } from './model/shapes.ts';
import { readShapes, writeShapes } from './model/shapesCodec.ts';
import { SENSORS_MAX, sensorNames, valuesOf } from './readings.ts';

/** What one detector says of one row: 1 or more is an alarm. */
export interface Finding {
  readonly by: 'level' | 'season' | 'shape' | 'joint';
  readonly said: number;
  readonly sensor: string;
  /** In the sensor's unit; of a shape, how well a window must match and how well this one does. */
  readonly expected: number;
  readonly seen: number;
  readonly deviations: number;
}

export interface Terms {
  readonly learnRows: number;
  readonly jointLearnRows: number;
  readonly sensorsMax: number;
}

export interface TakenReading {
  readonly machine: Machine;
  /** Of all keys but the machine's, in their order. */
  readonly states: readonly (StateBytes | null)[];
  readonly findings: readonly Finding[];
  /** Of the sensors together; null while nothing is known of them. */
  readonly joint: number | null;
  /** Sensors of this row that nobody watches. */
  readonly unwatched: readonly string[];
  /** Sensors of this row that still learn. */
  readonly learning: readonly Sensor[];
}

type Values = Readonly<Record<string, number>>;

export function takeReading(states: readonly (StateBytes | null)[], event: FlowEvent, terms: Terms): TakenReading {
  const [machineState = null, jointState = null, ...shapeStates] = states;
  const machine = readMachine(machineState);
  const values = valuesOf(event);
  const names = sensorNames(event);
  const watched = new Map(
    names.slice(0, SENSORS_MAX).flatMap((name) => watchedAs(machine, { name, value: values[name] as number }, terms)),
  );
  const findings: Finding[] = [];
  const shapes = names.slice(0, SENSORS_MAX).map((name, at) => {
    const sensor = watched.get(name);
    return sensor === undefined
      ? null
      : takeValue(sensor, { value: values[name] as number, event, state: shapeStates[at] ?? null, findings });
  });
  const joint = takeJoint(machine, jointState, { values, watched: [...watched.keys()], event, terms, findings });
  return {
    ...{ machine, states: [joint.state, ...shapes], findings, joint: joint.said },
    ...{ unwatched: names.filter((name) => !watched.has(name)), learning: [...watched.values()].filter(isLearning) },
  };
}

const isLearning = ({ rows, learnRows }: Sensor): boolean => rows <= learnRows;

/** A machine's first sensors are watched, as many as the policy says. */
function watchedAs(
  { sensors }: Machine,
  { name, value }: { name: string; value: number },
  { sensorsMax, learnRows }: Terms,
): [string, Sensor][] {
  const known = sensors.find((sensor) => sensor.name === name);
  if (known !== undefined) return [[name, known]];
  if (sensors.length >= sensorsMax) return [];
  const sensor = newSensor(name, value, learnRows);
  sensors.push(sensor);
  return [[name, sensor]];
}

interface Value {
  readonly value: number;
  readonly event: FlowEvent;
  readonly state: StateBytes | null;
  readonly findings: Finding[];
}

/** The new state of the sensor's shapes; null where the row completes no step: then they are not even read. */
function takeValue(sensor: Sensor, { value, event, state, findings }: Value): StateBytes | null {
  const { name: of, learnRows } = sensor;
  const { level, season, step, range, learned } = addReading(sensor, value, event.timeMs);
  if (learned) findings.push({ by: 'level', sensor: of, ...level }, { by: 'season', sensor: of, ...season });
  if (step === null) return null;
  const shapes = state === null ? noShapes(learnRows) : readShapes(state);
  const news = addStep(shapes, step, range);
  if (learned && news !== null)
    findings.push({ by: 'shape', sensor: of, said: news.said, expected: news.lower, seen: news.match, deviations: 0 });
  return writeShapes(shapes, event.timeMs);
}

interface Row {
  readonly values: Values;
  readonly watched: readonly string[];
  readonly event: FlowEvent;
  readonly terms: Terms;
  readonly findings: Finding[];
}

function takeJoint(machine: Machine, state: StateBytes | null, row: Row): { state: StateBytes | null; said: number | null } {
  const { values, watched, event, terms, findings } = row;
  const first = (): Joint =>
    noJoint(
      watched,
      watched.map((name) => values[name] as number),
      terms.jointLearnRows,
    );
  const joint = readJoint(state) ?? (watched.length < 2 ? null : first());
  const told = joint === null ? null : rowOf(joint, values);
  if (joint === null || told === null) return { state: null, said: null };
  if (learns(joint)) {
    machine.joint = keepRow(joint, told);
    return { state: writeJoint(joint, event.timeMs), said: null };
  }
  if (joint.learnt === null || machine.joint === null) return { state: null, said: null };
  machine.joint = nextAverage(joint.learnt, machine.joint, told);
  const said = machine.joint / joint.learnt.limit;
  const { place, mean, deviations } = furthest(joint.learnt, told);
  const [sensor, origin] = [joint.names[place] as string, joint.origins[place] as number];
  findings.push({ by: 'joint', sensor, said, expected: origin + mean, seen: values[sensor] as number, deviations });
  return { state: null, said };
}

export const takenMachine = ({ machine }: TakenReading, timeMs: number): StateBytes => {
  machine.timeMs = Math.max(machine.timeMs, timeMs);
  return writeMachine(machine);
};
