/** A flow whose stories go on: an order is sent, mended is waited for or reminded of, then a good reading; an offer is looked at again. */
import { z } from 'zod';
import type { FlowEvent, JsonObject } from '../../src/domain/event.ts';
import type { Folded } from '../../src/domain/flow/reflex.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { byRules } from '../../src/kit/climbNow.ts';
import type { Arrival } from '../../src/log/arrival.ts';
import { ladderFits, ladderParts } from '../../src/policy/ladderPolicy.ts';
import { arrival } from './arrivals.ts';

const OUTCOMES = ['order', 'offer'] as const;
const policySchema = z.strictObject(ladderParts(OUTCOMES)).superRefine(ladderFits);
export type RepairsPolicy = z.output<typeof policySchema>;

const POLICY: z.input<typeof policySchema> = {
  approvals: { deadlineSeconds: 60, remindersSeconds: [], escalation: [], default: 'order', bySignal: true },
  actions: [
    { name: 'send-order', on: 'order' },
    { name: 'remind', on: 'order', when: 'asked' },
    { name: 'tell', on: 'offer', from: 'reflex' },
    { name: 'nudge', on: 'offer', from: 'reflex', when: 'asked' },
  ],
};

const handedOn = (found: JsonObject = {}): Folded => ({ states: [], signal: { found, rungs: [] } });

function fold({ type, data }: FlowEvent): Folded {
  if (type === 'machine.offered')
    return {
      states: [],
      decision: byRules('offer', [{ code: 'offered', text: 'it was asked for' }]),
      lookAgain: { found: { kind: 'offer' } },
    };
  if (type === 'machine.read') return data.value === 0 ? handedOn({ good: true }) : { states: [] };
  return handedOn();
}

const TYPES = ['machine.alerted', 'machine.mended', 'machine.read', 'machine.offered'];

export const repairs: Flow<RepairsPolicy> = {
  name: 'repairs',
  title: 'Repairs for tests',
  outcomes: OUTCOMES,
  types: Object.fromEntries(
    TYPES.map((type) => [
      type,
      {
        schema: z.looseObject({ machine: z.string() }) as unknown as z.ZodType<JsonObject>,
        subject: (data: JsonObject) => String(data.machine),
        fields: { machine: 'plain' as const, value: 'plain' as const, waitMs: 'plain' as const },
      },
    ]),
  ),
  policySchema,
  policyText: JSON.stringify(POLICY),
  code: 'repairs-1',
  workflow: 'repairCase',
  reflex: {
    format: 1,
    keys: () => [],
    latenessMs: Number.MAX_SAFE_INTEGER,
    newestMs: () => 0,
    fold: (_states, event) => fold(event),
    show: () => ({}),
    subjectKey: (subject) => subject,
  },
};

export function ofMachine(id: string, type: string, machine: string, more: JsonObject = {}): Arrival {
  return arrival({ id, source: '/repairs', type: `machine.${type}`, subject: machine, data: { machine, ...more } });
}
