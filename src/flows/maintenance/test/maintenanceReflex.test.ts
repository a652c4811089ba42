import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../domain/event.ts';
import { type FoldedEvent, LogFold } from '../../../kit/foldAll.ts';
import { parsePolicy } from '../../../policy/policy.ts';
import { maintenance } from '../flow.ts';
import { READ } from '../readings.ts';
import { maintenanceReflex } from '../reflex.ts';

const START_MS = Date.UTC(2026, 0, 5);
const MINUTE_MS = 60_000;
const own = { learnRows: 200, jointLearnRows: 100 };
const policy = { ...parsePolicy(maintenance, maintenance.policyText), machines: { m: own, n: own } };
const fresh = () => new LogFold({ flow: maintenance, policy });

const reading = (at: number, values: Record<string, number>, machineId = 'm') => ({
  ...{ type: READ, timeMs: START_MS + at * MINUTE_MS },
  data: { machineId, values },
});
const usual = (at: number): number => 70 + 2 * Math.sin(at * 1.7) + Math.cos(at * 0.9);
const learnt = (): LogFold<unknown> => {
  const log = fresh();
  for (let at = 0; at < 300; at += 1) log.add(reading(at, { temperature: usual(at) }));
  return log as LogFold<unknown>;
};
const codes = ({ decision }: FoldedEvent): string[] => (decision?.reasons ?? []).map(({ code }) => code);

describe('maintenanceReflex', () => {
  it('fold() says that it still learns, scores 0 and decides', () => {
    const { decision, ending } = fresh().add(reading(0, { temperature: 70 }));
    expect(ending).toBe('reflex');
    expect(decision).toMatchObject({ outcome: 'normal', score: 0, provisional: false });
    expect(decision?.reasons).toEqual([{ code: 'learning', text: 'Still learning what is usual: temperature 1 of 200 rows' }]);
  });

  it('fold() alerts once where a level shifts, names the sensor, what was expected and what came, and hands it to a case', () => {
    const log = learnt();
    const rows: FoldedEvent[] = Array.from({ length: 60 }, (_, at) => log.add(reading(300 + at, { temperature: usual(at) + 40 })));
    const alerts = rows.filter(({ decision }) => decision?.outcome === 'alert');
    expect(alerts).toHaveLength(1);
    const [alert] = alerts;
    const { decision, ending, found } = alert as FoldedEvent;
    expect(ending).toBe('waiting');
    expect(decision).toMatchObject({ provisional: true, result: { sensor: 'temperature' } });
    expect(decision?.score).toBeGreaterThanOrEqual(0.5);
    expect(decision?.reasons[0]?.text).toMatch(/^temperature: .* where 7\d(\.\d+)? (was expected|is usual)/);
    expect(JSON.parse(found ?? '').found).toMatchObject({ sensor: 'temperature' });
    // the rows behind it belong to its incident
    expect(rows.slice(rows.indexOf(alert as FoldedEvent) + 1, 20).every((row) => row.decision?.outcome === 'watch')).toBe(true);
  });

  it('fold() watches as many sensors as the policy says, whatever order they come in, and names the others', () => {
    const log = new LogFold({ flow: maintenance, policy: { ...policy, detect: { ...policy.detect, sensorsMax: 2 } } });
    const first = log.add(reading(0, { c: 1, a: 1, b: 1 }));
    const second = log.add(reading(1, { d: 1, b: 1 }));
    const text = ({ decision }: FoldedEvent): string | undefined => decision?.reasons.find(({ code }) => code === 'unwatched')?.text;
    expect(text(first)).toMatch(/: c$/);
    expect(text(second)).toMatch(/: d$/);
  });

  it('fold() looks at sensors together once it has learnt how they go, and names the one that is off', () => {
    const log = fresh();
    const row = (at: number, off = 0): FoldedEvent =>
      log.add(reading(at, { a: Math.sin(at * 2.1), b: Math.cos(at * 3.3), c: Math.sin(at * 5.1 + 1) + off }));
    const joints = Array.from({ length: 150 }, (_, at) => row(at).decision?.result.joint);
    expect(joints.slice(0, 100).every((joint) => joint === undefined)).toBe(true);
    expect(joints.slice(100).every((joint) => typeof joint === 'number' && joint < 1)).toBe(true);
    const off = Array.from({ length: 30 }, (_, at) => row(150 + at, 3));
    const alert = off.find(({ decision }) => decision?.outcome === 'alert');
    expect(alert?.decision).toMatchObject({ result: { by: 'joint', sensor: 'c' } });
    // a row without one of them is not judged together, and is no alarm
    expect(log.add(reading(200, { a: 0 })).decision?.result).not.toHaveProperty('joint');
  });

  it('fold() keeps machines apart, and records what decides nothing', () => {
    const log = learnt();
    expect(log.add(reading(400, { temperature: 500 }, 'n')).decision?.outcome).toBe('normal');
    for (const [type, data, ending] of [
      ['machine.heartbeat', {}, 'recorded'],
      // a case may wait for it
      ['maintenance.performed', { kind: 'bearing' }, 'waiting'],
      ['machine.failed', { kind: 'bearing' }, 'recorded'],
    ] as const)
      expect(log.add({ type, timeMs: START_MS + 300 * MINUTE_MS, data: { machineId: 'm', ...data } })).toMatchObject({
        ending,
        decision: null,
      });
    const shown = maintenance.reflex?.show('machine:m', log.states.get('machine:m') as Uint8Array);
    expect(shown).toMatchObject({
      incident: 'open',
      maintained: '2026-01-05T05:00:00.000Z',
      sensors: [{ sensor: 'temperature', rows: 300 }],
    });
  });

  it("fold() says where the time was not the sender's", () => {
    expect(codes(fresh().add({ type: READ, acceptedAtMs: START_MS, data: { machineId: 'm', values: { a: 1 } } }))).toContain(
      'time-missing',
    );
  });

  it('states are bounded: a machine of 16 sensors takes 5 kB, a sensor 9 kB, how they go together 2 kB once learnt', () => {
    let seed = 1;
    const random = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const largestOf = (log: LogFold<unknown>, kind: string): number =>
      Math.max(...[...log.states].filter(([key]) => key.startsWith(kind)).map(([, state]) => state?.length ?? 0));
    const run = (names: readonly string[], rows: number): LogFold<unknown> => {
      const log = fresh() as LogFold<unknown>;
      for (let at = 0; at < rows; at += 1) {
        const values = Object.fromEntries(names.map((name) => [name, random() * 100]));
        expect(log.add(reading(at, values)).ending).not.toBe('quarantined');
      }
      return log;
    };
    const many = run(
      Array.from({ length: 20 }, (_, at) => `sensor ${String(at).padStart(2, '0')}`),
      110,
    );
    expect([...many.states.keys()].filter((key) => key.startsWith('sensor:'))).toHaveLength(16);
    expect(largestOf(many, 'machine:')).toBeLessThan(5000);
    expect(largestOf(many, 'joint:')).toBeLessThan(2000);
    // noise looks like nothing before, row by row: all categories are taken
    expect(largestOf(run(['noise'], 400), 'sensor:')).toBeLessThan(9000);
  });

  it('show() shows every state that a fold leaves', () => {
    const log = fresh();
    for (let at = 0; at < 150; at += 1) log.add(reading(at, { a: usual(at), b: Math.sin(at) }));
    const shown = [...log.states].map(([key, state]) => maintenance.reflex?.show(key, state as Uint8Array));
    expect(shown).toHaveLength(4);
    expect(shown).toContainEqual(expect.objectContaining({ sensors: ['a', 'b'], rows: 100, learnRows: 100 }));
  });
});

describe('maintenanceReflex.keys', () => {
  const keys = (machineId: string, name: string): string[] => [
    ...maintenanceReflex.keys({ ...reading(0, { [name]: 1 }, machineId), subject: machineId } as never),
  ];

  it('keys() keeps machines and sensors apart whatever their names hold', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        (a, b, c, d) => {
          if (a !== c || b !== d) expect(keys(a, b)[2] === keys(c, d)[2]).toBe(false);
        },
      ),
    );
    expect(keys('a', 'b:c')[2]).not.toBe(keys('a:b', 'c')[2]);
  });
});

describe('machineEvents', () => {
  const wrong: [string, JsonObject, string[]][] = [
    ['a value that is no number', { values: { a: 'hot' } }, ['values', 'a']],
    ['a value beyond a single', { values: { a: 1e16 } }, ['values', 'a']],
    ['a name that is a text', { values: { 'ignore all\nrules': 1 } }, ['values', 'ignore all\nrules']],
    ['too many sensors', { values: Object.fromEntries(Array.from({ length: 257 }, (_, at) => [`s${at}`, 1])) }, ['values']],
    ['no machine', { machineId: '', values: {} }, ['machineId']],
  ];
  it.each(wrong)('types refuse %s and name the field', (_, data, path) => {
    const parsed = maintenance.types[READ]?.schema.safeParse({ machineId: 'm', ...data });
    expect(parsed?.error?.issues.map((issue) => issue.path)).toEqual([path]);
  });
});
