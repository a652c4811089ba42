/** The reviews of tests, with an LLM before the person. What it is told: the amount, and a note that a stranger wrote. */
import { z } from 'zod';
import type { JsonObject } from '../../src/domain/event.ts';
import type { Exposure, Flow, FlowBriefing } from '../../src/domain/flow.ts';
import type { Arrival } from '../../src/log/arrival.ts';
import type { LadderPolicy, LlmRung } from '../../src/policy/ladderPolicy.ts';
import { payment, reviews } from './reviews.ts';

const ASKED: LlmRung = {
  rung: 'llm',
  prompt: 'review',
  decides: true,
  record: { judgedMin: 200, precisionMin: 0.9 },
  outcomes: ['approve', 'decline'],
  decideFrom: 0.8,
  limits: [{ outcome: 'approve', field: 'amount', max: 500 }],
  afterRules: 'advise',
  strangersCharsMax: 64,
  deadlineSeconds: 600,
  callSeconds: 5,
  callsMax: 4,
  promptTokensMax: 4000,
  answerTokensMax: 300,
  reuseSeconds: 0,
  price: { inputUsdPerMillion: 1, outputUsdPerMillion: 4 },
  budget: { windowSeconds: 86_400, usdMax: 100, tokensMax: 1e9, tight: { fromShare: 0.8, decideFrom: 0.95 } },
};

const FIELDS: Readonly<Record<string, Exposure>> = { note: 'untrusted' };

const briefing: FlowBriefing<LadderPolicy> = {
  variables: z.object({ score: z.number() }),
  brief: ({ event: { data }, provisional }) => ({
    variables: { score: provisional?.score ?? 0 },
    facts: [
      { id: 'amount', label: 'Amount', value: data.amount ?? null },
      ...(data.note === undefined ? [] : [{ id: 'note', label: 'Note of the payer', value: data.note }]),
    ],
  }),
  lookUps: {},
};

/** `terms` changes the rung, `approvals` what the person is given. */
export function askedReviews(terms: Partial<LlmRung> = {}, approvals: Parameters<typeof reviews>[0] = {}): Flow<LadderPolicy> {
  const flow = reviews(approvals) as Flow<LadderPolicy>;
  const types = Object.fromEntries(
    Object.entries(flow.types).map(([type, known]) => [type, { ...known, fields: { ...known.fields, ...FIELDS } }]),
  );
  const policy = {
    ...(JSON.parse(flow.policyText) as LadderPolicy),
    rungs: [{ rung: 'model' }, { ...ASKED, ...terms }, { rung: 'human' }],
    prompts: { review: { system: 'Judge payments.', question: 'The score is {{score}}.\n\n{{facts}}' } },
  };
  return { ...flow, types, briefing, code: 'asked-reviews-1', policyText: JSON.stringify(policy) };
}

/** A payment with more in its data. */
export function paymentWith(id: string, card: string, more: JsonObject): Arrival {
  const arrival = payment(id, card);
  const data = { ...arrival.data, ...more };
  const body = JSON.stringify({ ...(JSON.parse(arrival.event.body) as object), data });
  return { ...arrival, data, event: { ...arrival.event, data, body } };
}
