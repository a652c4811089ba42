import { describe, expect, it } from '@jest/globals';
import type { FlowEvent, JsonObject } from '../../src/domain/event.ts';
import { defineReflex } from '../../src/kit/defineReflex.ts';
import { LogFold } from '../../src/kit/foldAll.ts';
import { jsonState } from '../../src/kit/state/jsonState.ts';
import { HOUR_MS, machineEvents, machineState, machines, machinesReflex, sensorState } from '../support/machines.ts';

const START_MS = Date.UTC(2026, 0, 1);
const log = () => new LogFold({ flow: machines, policy: { alertFrom: 100 } });
const read = (values: Record<string, number>, hours = 0) => ({
  ...{ type: 'sensor.read', timeMs: START_MS + hours * HOUR_MS, data: { machineId: 'm', values } },
});
const failed = (hours = 0) => ({ type: 'machine.failed', timeMs: START_MS + hours * HOUR_MS, data: { machineId: 'm', kind: 'belt' } });

describe('defineReflex()', () => {
  it('defineReflex() gives each type its states: one, several, or none of a name', () => {
    const machine = log();
    machine.add(read({ heat: 20, speed: 7 }));
    expect(machine.add(failed())).toMatchObject({ ending: 'recorded', note: null, changed: ['machine:m'] });
    expect(machine.add(read({ heat: 120 }, 1))).toMatchObject({ decision: { outcome: 'alert' }, changed: ['machine:m', 'sensor:m/heat'] });
    const state = (key: string) => machine.states.get(key) ?? new Uint8Array();
    expect(machineState.read(state('machine:m'))).toEqual({ readings: 3, sum: 147, failures: 1 });
    expect(sensorState.read(state('sensor:m/heat'))).toMatchObject({ times: [START_MS, START_MS + HOUR_MS], readings: [20, 120] });
    expect(sensorState.read(state('sensor:m/speed'))).toMatchObject({ readings: [7] });
  });

  it('defineReflex() records what is late behind any of its states, folds what is timeless, which makes nothing else late', () => {
    const machine = log();
    machine.add(read({ heat: 20 }, 2));
    expect(machine.add(read({ heat: 20 }, 0.9)).note).toBe('late');
    expect(machine.add(failed(-1000)).changed).toEqual(['machine:m']);
    machine.add(failed(1000));
    expect(machine.add(read({ heat: 20 }, 1)).note).toBeNull();
  });

  it('defineReflex() shows a state by its name, as the flow says or as its codec does', () => {
    const machine = log();
    machine.add(read({ heat: 20 }));
    const shown = (key: string): JsonObject => machinesReflex.show(key, machine.states.get(key) ?? new Uint8Array());
    expect(shown(machinesReflex.subjectKey('m'))).toEqual({ readings: 1, sum: 20, failures: 0 });
    expect(shown('sensor:m/heat')).toEqual({ readings: 1, newest: 20 });
    expect(() => machinesReflex.show('strange:m', new Uint8Array())).toThrow('no state strange');
  });

  it('defineReflex() folds an event with 32 keys; one with 33, or with one twice, is quarantined', () => {
    const values = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, nth) => [`s${nth}`, nth]));
    expect(log().add(read(values(31)))).toMatchObject({ ending: 'reflex', changed: { length: 32 } });
    expect(log().add(read(values(32)))).toMatchObject({ ending: 'quarantined', note: expect.stringContaining('at most 32') });
    const twice = defineReflex({
      events: machineEvents,
      states: { sensor: sensorState },
      keys: { 'sensor.read': () => ({ sensor: ['a', 'a'] }), 'machine.failed': () => ({}) },
      latenessMs: 0,
      on: { 'sensor.read': () => ({}), 'machine.failed': () => ({}) },
    });
    expect(new LogFold({ flow: { ...machines, reflex: twice }, policy: { alertFrom: 1 } }).add(read({}))).toMatchObject({
      ...{ ending: 'quarantined', note: expect.stringContaining('named twice') },
    });
  });

  it('defineReflex() leaves what an answer does not name, also where its function changed it in place', () => {
    const counted = { seen: jsonState({ empty: () => ({ count: 0 }) }) };
    let keep = true;
    const reflex = defineReflex({
      events: machineEvents,
      states: counted,
      keys: { 'sensor.read': ({ machineId }) => ({ seen: machineId }), 'machine.failed': () => ({}) },
      latenessMs: 0,
      on: {
        'sensor.read'({ seen }) {
          seen.count += 1;
          return keep ? { states: { seen } } : {};
        },
        'machine.failed': () => ({ states: { seen: { count: 7 } } }),
      },
    });
    const one = new LogFold({ flow: { ...machines, reflex }, policy: { alertFrom: 1 } });
    const countOf = () => counted.seen.read(one.states.get('seen:m') ?? new Uint8Array()).count;
    one.add(read({}));
    keep = false;
    expect(one.add(read({})).changed).toEqual([]);
    expect(countOf()).toBe(1);
    expect(one.add(failed())).toMatchObject({ ending: 'quarantined', note: expect.stringContaining('names no key of it') });
    expect(countOf()).toBe(1);
  });

  it('defineReflex() reads a state when its function asks for it, once, and not otherwise', () => {
    let reads = 0;
    const state = jsonState({ empty: () => ({ count: 0 }) });
    const counted: typeof state = {
      ...state,
      read(bytes) {
        reads += 1;
        return state.read(bytes);
      },
    };
    const reflex = defineReflex({
      events: machineEvents,
      states: { seen: counted },
      keys: { 'sensor.read': ({ machineId }) => ({ seen: machineId }), 'machine.failed': ({ machineId }) => ({ seen: machineId }) },
      latenessMs: 0,
      on: {
        'sensor.read'(given) {
          given.seen.count += 1;
          return { states: { seen: given.seen } };
        },
        'machine.failed': () => ({}),
      },
    });
    const one = new LogFold({ flow: { ...machines, reflex }, policy: { alertFrom: 1 } });
    one.add(read({}));
    expect(one.add(failed()).ending).toBe('recorded');
    expect(reads).toBe(0);
    one.add(read({}));
    expect(reads).toBe(1);
    expect(state.read(one.states.get('seen:m') ?? new Uint8Array())).toEqual({ count: 2 });
  });

  it('defineReflex() refuses a type that it does not know, also one that every object has', () => {
    for (const type of ['sensor.gone', '__proto__', 'constructor'])
      expect(() => machinesReflex.keys({ type, data: {} } as unknown as FlowEvent)).toThrow('does not know it');
  });

  it('defineReflex() types what a function is given', () => {
    defineReflex({
      events: machineEvents,
      states: { machine: machineState, sensor: sensorState },
      keys: { 'sensor.read': ({ machineId }) => ({ machine: machineId, sensor: [machineId] }), 'machine.failed': () => ({}) },
      latenessMs: 0,
      on: {
        'sensor.read'({ machine, sensor }, { data }) {
          const sum: number = machine.sum + (data.values.heat ?? 0) + (sensor[0]?.times[0] ?? 0);
          // @ts-expect-error only `machine.failed` has a kind
          const kind: string = data.kind;
          // @ts-expect-error a machine has no times
          return { states: { machine: { ...machine, sum, kind, times: machine.times } } };
        },
        'machine.failed'(states) {
          // @ts-expect-error an event of this type reads no state
          return states.machine === undefined ? {} : {};
        },
      },
    });
    // @ts-expect-error each type has its function
    expect(() => defineReflex({ events: machineEvents, states: {}, keys: {}, latenessMs: 0, on: {} })).not.toThrow();
  });
});
