/** A guard's rounds, whose stories wait, rest and tell others; and a tally that follows what they tell. Loaded by processes of their own. */
import { z } from 'zod';
import type { Flow } from '../../src/domain/flow.ts';
import { defineEvents } from '../../src/kit/defineEvents.ts';
import { defineFlow } from '../../src/kit/defineFlow.ts';
import { defineReflex } from '../../src/kit/defineReflex.ts';
import { jsonState } from '../../src/kit/state/jsonState.ts';
import { ladderFits, ladderParts } from '../../src/policy/ladderPolicy.ts';

const OUTCOMES = ['go'] as const;
const subject = ({ round }: { round: string }): string => round;
const told = { schema: z.looseObject({ round: z.string(), met: z.boolean() }), subject, fields: { round: 'plain', met: 'plain' } } as const;

const events = defineEvents({
  'round.begun': { schema: z.looseObject({ round: z.string(), restMs: z.number() }), subject, fields: { round: 'plain', restMs: 'plain' } },
  'round.met': { schema: z.looseObject({ round: z.string() }), subject, fields: { round: 'plain' } },
});
const handedOn = () => ({ signal: { found: {}, rungs: [] } });

export const rounds = defineFlow({
  name: 'rounds',
  title: 'Rounds for tests',
  events,
  emits: defineEvents({ 'rounds.told': told }),
  policySchema: z.strictObject(ladderParts(OUTCOMES)).superRefine(ladderFits),
  policyText: JSON.stringify({
    approvals: { deadlineSeconds: 60, remindersSeconds: [], escalation: [], default: 'go', bySignal: true },
    actions: [
      { name: 'start', on: 'go' },
      { name: 'home', on: 'go', when: 'asked' },
    ],
  }),
  code: 'rounds-1',
  workflow: 'roundsCase',
  outcomes: OUTCOMES,
  reflex: defineReflex({
    events,
    states: {},
    keys: { 'round.begun': () => ({}), 'round.met': () => ({}) },
    latenessMs: Number.MAX_SAFE_INTEGER,
    on: { 'round.begun': handedOn, 'round.met': handedOn },
  }),
}) as Flow;

const followed = defineEvents({ 'rounds.told': told });
const count = jsonState({ empty: () => ({ met: 0, missed: 0 }) });

export const tally = defineFlow({
  name: 'tally',
  title: 'What rounds came to',
  events: {},
  follows: followed,
  policySchema: z.strictObject({}),
  policyText: '{}\n',
  code: 'tally-1',
  outcomes: [],
  reflex: defineReflex({
    events: followed,
    states: { count },
    keys: { 'rounds.told': () => ({ count: 'all' }) },
    latenessMs: Number.MAX_SAFE_INTEGER,
    on: {
      'rounds.told': ({ count: { met, missed } }, { data }) => ({
        states: { count: data.met ? { met: met + 1, missed } : { met, missed: missed + 1 } },
      }),
    },
  }),
}) as Flow;
