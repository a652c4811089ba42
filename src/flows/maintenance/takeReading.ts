/** Folds a reading into its machine and its sensors, and tells what each detector says of it. No policy but its numbers, no decision. */
import { furthest, nextAverage } from '../../kit/sense/tSquared.ts';
import { type Joint, keepRow, learns, noJoint, rowOf } from './model/joint.ts';
import type { Machine } from './model/machine.ts';
import { addReading, newSensor, type Sensor } from './model/sensor.ts';
import { addStep, noShapes } from './model/shapes.ts';
import type { SensorShapes } from './model/shapesCodec.ts';
import { type Reading, SENSORS_MAX, sensorNames } from './readings.ts';

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

export interface ReadingStates {
  readonly machine: Machine;
  readonly joint: { readonly joint: Joint | null };
  /** Of the event's first sensors by name. */
  readonly sensor: readonly SensorShapes[];
}

export interface TakenReading {
  readonly machine: Machine;
  /** How the sensors go together, where that changed. */
  readonly joint: { readonly joint: Joint } | null;
  /** In the order of the sensors; null for those whose shapes stay as they are. */
  readonly shapes: readonly (SensorShapes | null)[];
  readonly findings: readonly Finding[];
  /** Of the sensors together; null while nothing is known of them. */
  readonly together: number | null;
  /** Sensors of this row that nobody watches. */
  readonly unwatched: readonly string[];
  /** Sensors of this row that still learn. */
  readonly learning: readonly Sensor[];
}

export function takeReading({ machine, joint, sensor: shapesBefore }: ReadingStates, event: Reading, terms: Terms): TakenReading {
  const { values } = event.data;
  const names = sensorNames(event.data);
  const keyed = names.slice(0, SENSORS_MAX);
  const watched = new Map(keyed.flatMap((name) => watchedAs(machine, { name, value: values[name] as number }, terms)));
  const findings: Finding[] = [];
  const shapes = keyed.map((name, at) => {
    const sensor = watched.get(name);
    if (sensor === undefined) return null;
    return takeValue(sensor, { value: values[name] as number, timeMs: event.timeMs, before: shapesBefore[at] as SensorShapes, findings });
  });
  const together = takeTogether(machine, joint.joint, { values, watched: [...watched.keys()], terms, findings });
  return {
    ...{ machine, shapes, findings, joint: together.changed, together: together.said },
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
  readonly timeMs: number;
  readonly before: SensorShapes;
  readonly findings: Finding[];
}

/** The sensor's shapes as they are now; null where the row completes no step: then they are not even read. */
function takeValue(sensor: Sensor, { value, timeMs, before, findings }: Value): SensorShapes | null {
  const { name, learnRows } = sensor;
  const { level, season, step, range, learned } = addReading(sensor, value, timeMs);
  if (learned) findings.push({ by: 'level', sensor: name, ...level }, { by: 'season', sensor: name, ...season });
  if (step === null) return null;
  const shapes = before.open() ?? noShapes(learnRows);
  const news = addStep(shapes, step, range);
  if (learned && news !== null)
    findings.push({ by: 'shape', sensor: name, said: news.said, expected: news.lower, seen: news.match, deviations: 0 });
  return { open: () => shapes };
}

interface Row {
  readonly values: Readonly<Record<string, number>>;
  readonly watched: readonly string[];
  readonly terms: Terms;
  readonly findings: Finding[];
}

function takeTogether(
  machine: Machine,
  before: Joint | null,
  { values, watched, terms, findings }: Row,
): { changed: { joint: Joint } | null; said: number | null } {
  const first = watched.map((name) => values[name] as number);
  const joint = before ?? (watched.length < 2 ? null : noJoint(watched, first, terms.jointLearnRows));
  const row = joint === null ? null : rowOf(joint, values);
  if (joint === null || row === null) return { changed: null, said: null };
  if (learns(joint)) {
    machine.joint = keepRow(joint, row);
    return { changed: { joint }, said: null };
  }
  const { learnt, names, origins } = joint;
  if (learnt === null || machine.joint === null) return { changed: null, said: null };
  machine.joint = nextAverage(learnt, machine.joint, row);
  const said = machine.joint / learnt.limit;
  const { place, mean, deviations } = furthest(learnt, row);
  const [sensor, origin] = [names[place] as string, origins[place] as number];
  findings.push({ by: 'joint', sensor, said, expected: origin + mean, seen: values[sensor] as number, deviations });
  return { changed: null, said };
}
