/** A flow with watches: machines that fall silent. A heartbeat says how long it may last until the next one. */
import { z } from 'zod';
import type { Flow } from '../../src/domain/flow.ts';
import { defineEvents } from '../../src/kit/defineEvents.ts';
import { defineFlow } from '../../src/kit/defineFlow.ts';
import { defineReflex } from '../../src/kit/defineReflex.ts';
import { defineWatch } from '../../src/kit/defineWatch.ts';
import { jsonState } from '../../src/kit/state/jsonState.ts';
import type { Arrival } from '../../src/log/arrival.ts';
import { arrival, type Sent } from './arrivals.ts';

export const HEARTBEAT = 'machine.heartbeat';
const STOPPED = 'machine.stopped';
export const SILENT = 'machine.silent';
/** Opened by `machine.silent` where the policy says so, which this one opens again: a circle. */
export const GONE = 'machine.gone';

const policySchema = z.strictObject({ graceMs: z.number(), circle: z.boolean(), broken: z.boolean() });
type Policy = z.output<typeof policySchema>;

const machineId = z.string().min(1);
const own = {
  schema: z.looseObject({ machineId, since: z.string(), due: z.string(), opened: z.string() }),
  subject: ({ machineId: machine }: { machineId: string }) => machine,
  fields: { machineId: 'plain', since: 'plain', due: 'plain', opened: 'plain' },
  own: true,
} as const;
const events = defineEvents({
  [HEARTBEAT]: {
    schema: z.looseObject({ machineId, quietMs: z.number() }),
    subject: ({ machineId: machine }) => machine,
    fields: { machineId: 'plain', quietMs: 'plain' },
  },
  [STOPPED]: { schema: z.looseObject({ machineId }), subject: ({ machineId: machine }) => machine, fields: { machineId: 'plain' } },
  [SILENT]: own,
  [GONE]: own,
});

const machine = jsonState({ empty: () => ({ beats: 0, lastMs: 0, quietMs: 0 }) });
const ofMachine = ({ machineId: of }: { machineId: string }) => ({ machine: of });
const decided = (outcome: string, subject: string) => ({
  ...{ outcome, confidence: 1, score: null, rung: 'rules' as const, reasons: [{ code: 'silence', text: `of ${subject}` }] },
  ...{ result: {}, provisional: false, rungs: [] },
});
const watch = defineWatch({
  ...{ subjectField: 'machineId', state: 'machine', codec: machine },
  check({ lastMs, quietMs }, { graceMs, broken }: Policy, nowMs) {
    if (broken) throw new Error('the check is broken');
    const dueMs = lastMs + quietMs + graceMs;
    return dueMs <= nowMs ? { dueSinceMs: lastMs } : { againAtMs: dueMs };
  },
});

export const quietMachines = defineFlow({
  name: 'machines',
  title: 'Test machines',
  events,
  watches: { [SILENT]: watch, [GONE]: watch },
  outcomes: ['silent', 'gone'],
  policySchema,
  policyText: 'graceMs: 0\ncircle: false\nbroken: false\n',
  code: 'machines-code-1',
  reflex: defineReflex({
    events,
    states: { machine },
    subject: 'machine',
    keys: { [HEARTBEAT]: ofMachine, [STOPPED]: ofMachine, [SILENT]: ofMachine, [GONE]: ofMachine },
    latenessMs: 1000,
    on: {
      [HEARTBEAT]({ machine: before }, { acceptedAtMs, data: { quietMs } }, { graceMs }: Policy) {
        if (quietMs === 13) throw new Error('thirteen is not counted');
        const states = { machine: { beats: before.beats + 1, lastMs: acceptedAtMs, quietMs } };
        return { states, watches: { [SILENT]: acceptedAtMs + quietMs + graceMs } };
      },
      [STOPPED]: () => ({ watches: { [SILENT]: null, [GONE]: null } }),
      [SILENT]: (states, { subject, acceptedAtMs }, { circle }) => ({
        states,
        decision: decided('silent', subject),
        ...(circle ? { watches: { [GONE]: acceptedAtMs } } : {}),
      }),
      [GONE]: (_states, { subject, acceptedAtMs }, { circle }) => ({
        decision: decided('gone', subject),
        ...(circle ? { watches: { [SILENT]: acceptedAtMs } } : {}),
      }),
    },
  }),
}) as Flow;

export const policyOf = (policy: Partial<Policy>): string => JSON.stringify({ graceMs: 0, circle: false, broken: false, ...policy });

type About = Omit<Partial<Sent>, 'type' | 'data' | 'subject'> & { readonly id: string };

/** Due at once unless told. */
export const beat = (of: string, { quietMs = 0, ...sent }: About & { readonly quietMs?: number }): Arrival =>
  arrival({ ...sent, type: HEARTBEAT, subject: of, data: { machineId: of, quietMs } });
export const stop = (of: string, sent: About): Arrival => arrival({ ...sent, type: STOPPED, subject: of, data: { machineId: of } });
