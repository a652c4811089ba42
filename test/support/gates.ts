/** A flow whose reflex decides everything, and whose policy lets some of that act. It has no workflow of its own. */
import { z } from 'zod';
import type { JsonObject } from '../../src/domain/event.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { byRules } from '../../src/kit/climbNow.ts';
import type { Arrival } from '../../src/log/arrival.ts';
import { ladderFits, ladderParts } from '../../src/policy/ladderPolicy.ts';
import { arrival } from './arrivals.ts';

const OUTCOMES = ['block', 'allow', 'pay'] as const;
const policySchema = z.strictObject(ladderParts(OUTCOMES)).superRefine(ladderFits);
type GatesPolicy = z.input<typeof policySchema>;

const POLICY: GatesPolicy = {
  approvals: { deadlineSeconds: 60, remindersSeconds: [], escalation: [], default: 'block', bySignal: true },
  actions: [
    { name: 'alarm', on: 'block', from: 'reflex' },
    { name: 'bar', on: 'block', from: 'any' },
    { name: 'welcome', on: 'allow' },
    { name: 'settle', on: 'pay', from: 'reflex', limit: { field: 'amount', max: 100 } },
  ],
};

/** Decides what the event asks for. */
export function gates(policy: Partial<GatesPolicy> = {}): Flow<z.output<typeof policySchema>> {
  return {
    name: 'gates',
    title: 'Gates for tests',
    outcomes: OUTCOMES,
    types: {
      'gate.asked': {
        schema: z.looseObject({ gate: z.string(), outcome: z.enum(OUTCOMES) }) as unknown as z.ZodType<JsonObject>,
        subject: (data) => String(data.gate),
        fields: { gate: 'plain', outcome: 'plain', amount: 'plain' },
      },
    },
    policySchema,
    policyText: JSON.stringify({ ...POLICY, ...policy }),
    code: 'gates-1',
    reflex: {
      format: 1,
      keys: () => [],
      latenessMs: Number.MAX_SAFE_INTEGER,
      newestMs: () => 0,
      fold: (_states, { data }) => ({
        states: [],
        decision: byRules(String(data.outcome), [{ code: 'asked', text: 'as it was asked for' }]),
      }),
      show: () => ({}),
      subjectKey: (subject) => subject,
    },
  };
}

export function asking(
  id: string,
  outcome: (typeof OUTCOMES)[number],
  { gate = 'g-1', history = false, amount = 5, source = '/gates' } = {},
): Arrival {
  return arrival({ id, source, type: 'gate.asked', subject: gate, data: { gate, outcome, amount }, history });
}
