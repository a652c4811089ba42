import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineEvents } from '../../src/kit/defineEvents.ts';
import { defineFlow } from '../../src/kit/defineFlow.ts';
import { machineEvents, machines } from '../support/machines.ts';

const parts = { name: 'notes', title: 'Notes', policySchema: z.strictObject({}), policyText: '{}\n', code: 'notes-1', outcomes: [] };
const withField = (field: z.ZodType) =>
  defineFlow({
    ...parts,
    events: defineEvents({
      'note.made': {
        schema: z.looseObject({ id: z.string(), more: z.object({ field }).optional() }),
        subject: ({ id }) => id,
        fields: { id: 'plain', more: 'plain' },
      },
    }),
  });

describe('defineFlow()', () => {
  it('defineFlow() gives what the service reads: types with schema, subject and marks', () => {
    const type = machines.types['sensor.read'];
    expect(type?.subject({ machineId: 'm', values: {} })).toBe('m');
    expect(type?.fields).toEqual({ machineId: 'plain', values: 'plain', by: 'personal' });
    expect(type?.schema.safeParse({ machineId: 'm' }).success).toBe(false);
    expect(Object.keys(machines.types)).toEqual(['sensor.read', 'machine.failed']);
  });

  const changing: [string, z.ZodType, string][] = [
    ['a transform', z.string().transform(Number), 'data.more.*.field: transform'],
    ['a default', z.string().default('x'), 'data.more.*.field: default'],
    ['a prefault', z.string().prefault('x'), 'prefault'],
    ['a catch', z.string().catch('x'), 'data.more.*.field: catch'],
    ['a coercion', z.coerce.number(), 'data.more.*.field: coerce'],
    ['a pipe', z.string().pipe(z.string()), 'transform'],
    ['a preprocess', z.preprocess(String, z.string()), 'transform'],
    ['a text that is trimmed', z.string().trim(), 'such as trim'],
    ['a date', z.date(), 'date'],
    ['a codec', z.stringbool(), 'transform'],
    ['one of them in a list', z.array(z.string().default('x')), 'data.more.*.field.*: default'],
    ['one of them in a union', z.union([z.string(), z.number().catch(1)]), 'catch'],
    ['one of them in a record', z.record(z.string(), z.string().toLowerCase()), 'such as trim'],
    ['one of them in a tuple', z.tuple([z.string()], z.coerce.boolean()), 'coerce'],
    ['one of them behind a lazy', z.lazy(() => z.string().default('x')), 'default'],
    ['one of them in what is loose', z.object({}).catchall(z.string().default('x')), 'default'],
    ['one of them in an intersection', z.intersection(z.object({}), z.object({ a: z.string().default('x') })), 'default'],
  ];
  it.each(changing)('defineFlow() refuses %s, and says where', (_, field, where) => {
    let message = '';
    try {
      withField(field);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('Cannot define notes as the schema of note.made changes what was sent, at data.more.*.field');
    expect(message).toContain(where);
  });

  interface Tree {
    readonly children: Tree[];
  }
  const tree: z.ZodType<Tree> = z.object({ children: z.lazy(() => z.array(tree)) });
  const keeping: [string, z.ZodType][] = [
    ['checks', z.string().min(1).max(3).regex(/a/).refine(Boolean)],
    ['formats', z.union([z.iso.datetime(), z.email(), z.uuid()])],
    ['lists, records and literals', z.array(z.record(z.enum(['a', 'b']), z.literal([1, 2]).nullable().optional()))],
    ['a schema of itself', tree],
    ['anything', z.unknown()],
  ];
  it.each(keeping)('defineFlow() takes %s', (_, field) => {
    expect(withField(field).types['note.made']).toBeDefined();
  });

  it('defineFlow() refuses them in types that it follows too', () => {
    const follows = defineEvents({
      'note.gone': { schema: z.looseObject({ id: z.string().default('x') }), subject: () => 'x', fields: { id: 'plain' } },
    });
    expect(() => defineFlow({ ...parts, events: machineEvents, follows })).toThrow('note.gone changes what was sent, at data.id: default');
  });

  it('defineFlow() wants the mark of each field, when it is compiled and when it is run', () => {
    const events = defineEvents({
      'note.made': {
        schema: z.looseObject({ id: z.string(), text: z.string() }),
        subject: ({ id }) => id,
        // @ts-expect-error `text` has no mark
        fields: { id: 'plain' },
      },
    });
    expect(() => defineFlow({ ...parts, events })).toThrow('text of note.made has no mark');
    defineEvents({
      // @ts-expect-error there is no such mark
      'note.made': { schema: z.looseObject({ id: z.string() }), subject: ({ id }) => id, fields: { id: 'public' } },
    });
  });

  it('defineFlow() refuses a type of its own whose subject hangs on the policy, and takes a followed one', () => {
    const hanging = defineEvents({
      'note.made': {
        schema: z.looseObject({ id: z.string().optional() }),
        subject: ({ id }: { id?: string | undefined }, { usual }: { usual: string }) => id ?? usual,
        fields: { id: 'plain' },
      },
    });
    expect(() => defineFlow({ ...parts, events: hanging })).toThrow('Cannot define notes as the subject of note.made hangs on the policy');
    const { follows } = defineFlow({ ...parts, events: {}, follows: hanging });
    expect(follows?.['note.made']?.subject({}, { usual: 'x' })).toBe('x');
  });

  it('defineLabels() and defineBriefing() answer by type', () => {
    const read = { type: 'sensor.read', data: { machineId: 'm', values: {} } };
    const failed = { type: 'machine.failed', data: { machineId: 'm', kind: 'belt' } };
    expect([read, failed].map((event) => machines.labels?.keyOf(event))).toEqual(['m', null]);
    expect([read, failed].map((event) => machines.labels?.labelOf(event))).toEqual([null, { key: 'm', truth: 'failed' }]);
    const event = { ...read, position: 1, source: '/t', id: '1', subject: 'm', timeMs: 0, acceptedAtMs: 0 };
    const about = { event, found: {}, provisional: null, policy: { alertFrom: 3 } };
    expect(machines.briefing?.brief(about)).toEqual({
      ...{ variables: { alertFrom: 3 }, facts: [{ id: 'machine', label: 'Machine', value: 'm' }] },
    });
    expect(machines.briefing?.lookUps.machine?.key(event)).toBe('machine:m');
    expect(() => machines.briefing?.brief({ ...about, event: { ...event, ...failed } })).toThrow('nothing to say of machine.failed');
  });
});
