/** A flow with watches: machines that fall silent. A heartbeat says how long it may last until the next one. */
import { z } from 'zod';
import type { FlowEvent, JsonObject } from '../../src/domain/event.ts';
import type { EventType, Flow, Folded, StateBytes, WatchAnswer } from '../../src/domain/flow.ts';
import type { Arrival } from '../../src/log/arrival.ts';
import { arrival, type Sent } from './arrivals.ts';

interface Machine {
  readonly beats: number;
  readonly lastMs: number;
  readonly quietMs: number;
}

const NEVER: Machine = { beats: 0, lastMs: 0, quietMs: 0 };
const read = (bytes: StateBytes | null): Machine => (bytes === null ? NEVER : (JSON.parse(Buffer.from(bytes).toString('utf8')) as Machine));
const write = (machine: Machine): StateBytes => Buffer.from(JSON.stringify(machine));

export const HEARTBEAT = 'machine.heartbeat';
const STOPPED = 'machine.stopped';
export const SILENT = 'machine.silent';
/** Opened by `machine.silent` that has `again`: a circle. */
export const GONE = 'machine.gone';

const policySchema = z.strictObject({ graceMs: z.number(), circle: z.boolean(), broken: z.boolean() });
type Policy = z.infer<typeof policySchema>;

function fold([state = null]: readonly (StateBytes | null)[], { type, subject, acceptedAtMs, data }: FlowEvent, policy: Policy): Folded {
  const machine = read(state);
  if (type === HEARTBEAT) {
    if (data.quietMs === 13) throw new Error('thirteen is not counted');
    const quietMs = Number(data.quietMs);
    const next = { beats: machine.beats + 1, lastMs: acceptedAtMs, quietMs };
    return { states: [write(next)], watches: { [SILENT]: acceptedAtMs + quietMs + policy.graceMs } };
  }
  if (type === STOPPED) return { states: [null], watches: { [SILENT]: null, [GONE]: null } };
  const decision = {
    outcome: type === SILENT ? 'silent' : 'gone',
    ...{ confidence: 1, score: null, rung: 'rules' as const, reasons: [{ code: 'silence', text: `of ${subject}` }] },
    ...{ result: { since: data.since ?? null }, provisional: false, rungs: [] },
  };
  return { states: [null], decision, ...(policy.circle ? { watches: { [type === SILENT ? GONE : SILENT]: acceptedAtMs } } : {}) };
}

function check([state = null]: readonly (StateBytes | null)[], { graceMs, broken }: Policy, nowMs: number): WatchAnswer {
  if (broken) throw new Error('the check is broken');
  const { lastMs, quietMs } = read(state);
  const dueMs = lastMs + quietMs + graceMs;
  return dueMs <= nowMs ? { dueSinceMs: lastMs } : { againAtMs: dueMs };
}

const typeOf = (more: z.ZodRawShape): EventType => ({
  schema: z.looseObject({ machineId: z.string().min(1), ...more }) as unknown as z.ZodType<JsonObject>,
  subject: (data) => String(data.machineId),
  fields: { machineId: 'plain', quietMs: 'plain', since: 'plain', due: 'plain', opened: 'plain' },
});
const times = { since: z.string(), due: z.string(), opened: z.string() };
const watch = { subjectField: 'machineId', keys: (machine: string) => [`machine:${machine}`], check };

export const machines: Flow<Policy> = {
  name: 'machines',
  title: 'Test machines',
  types: {
    [HEARTBEAT]: typeOf({ quietMs: z.number() }),
    [STOPPED]: typeOf({}),
    [SILENT]: { ...typeOf(times), own: true },
    [GONE]: { ...typeOf(times), own: true },
  },
  watches: { [SILENT]: watch, [GONE]: watch },
  outcomes: ['silent', 'gone'],
  policySchema,
  policyText: 'graceMs: 0\ncircle: false\nbroken: false\n',
  code: 'machines-code-1',
  reflex: {
    format: 1,
    keys: ({ subject }) => [`machine:${subject}`],
    latenessMs: 60_000,
    newestMs: (_key, state) => read(state).lastMs,
    fold,
    show: (_key, state) => ({ ...read(state) }),
    subjectKey: (machine) => `machine:${machine}`,
  },
};

export const policyOf = (policy: Partial<Policy>): string => JSON.stringify({ graceMs: 0, circle: false, broken: false, ...policy });

type About = Omit<Partial<Sent>, 'type' | 'data' | 'subject'> & { readonly id: string };

/** Due at once unless told. */
export const beat = (machine: string, { quietMs = 0, ...sent }: About & { readonly quietMs?: number }): Arrival =>
  arrival({ ...sent, type: HEARTBEAT, subject: machine, data: { machineId: machine, quietMs } });
export const stop = (machine: string, sent: About): Arrival =>
  arrival({ ...sent, type: STOPPED, subject: machine, data: { machineId: machine } });
