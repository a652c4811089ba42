/** One payment's story, as each request and answer tells it: the examples of the reference. A test holds each against its schema. */
import type { z } from 'zod';
import type { ActionDetail, Receiver } from './action.ts';
import type { Approval, FurtherQuestion } from './approval.ts';
import type { DecisionDetail, DecisionItem } from './decision.ts';
import type { QuarantinedEvent, StoredEvent } from './event.ts';
import type { FlowItem, timeline } from './flow.ts';
import type { PolicyChange, PolicyDiff, StoredPolicy } from './policy.ts';
import type { Problem } from './problem.ts';
import type { QualityReport } from './quality.ts';
import type { Ready } from './ready.ts';
import type { BatchResults, Receipt } from './receipt.ts';
import type { WatchItem } from './watch.ts';

const AT = '2026-03-02T09:30:00.120Z';
const POLICY = 'fraud@5d1f0c3a9b7e';
const event = { event: 'evt_fraud.17', source: '/shop', id: 'p-1', type: 'payment.attempted', time: '2026-03-02T09:30:00Z' };
const workflow = {
  id: 'fraud:card-1',
  run: '0197a1de-6f7c-7c1e-9f6e-2b7d5f1f3c11',
  url: 'http://127.0.0.1:8233/namespaces/default/workflows/fraud%3Acard-1',
};

export const cloudEventExample = {
  specversion: '1.0',
  id: 'p-1',
  source: '/shop',
  type: 'payment.attempted',
  time: '2026-03-02T09:30:00Z',
  data: { paymentId: 'p-1', cardId: 'card-1', terminalId: 'terminal-7', amount: 412.5, currency: 'EUR' },
} as const;

const decision = {
  id: 'dec_fraud.17.0',
  outcome: 'review',
  confidence: 0.74,
  score: 0.41,
  rung: 'model' as const,
  reasons: [{ code: 'amount-high', text: 'The amount is 8 times the usual one of the card', weight: 0.9 }],
  result: {},
  provisional: true,
  revises: null,
  policy: POLICY,
  at: AT,
};
const final = {
  ...decision,
  id: 'dec_fraud.17.1',
  outcome: 'approve',
  confidence: 1,
  rung: 'human' as const,
  reasons: [{ code: 'human', text: 'called the customer' }],
  provisional: false,
  revises: decision.id,
  at: '2026-03-02T09:41:10.003Z',
};
const links = {
  event: '/v1/events/evt_fraud.17',
  decision: '/v1/decisions/dec_fraud.17.0',
  subject: '/v1/flows/fraud/subjects/card-1',
};

export const receiptExample: Receipt = {
  ...{ event: event.event, source: event.source, id: event.id, status: 'signalled' },
  ...{ flow: 'fraud', subject: 'card-1', decision, workflow, links },
};
export const decidedExample: Receipt = {
  ...receiptExample,
  status: 'decided',
  decision: final,
  links: { ...links, decision: '/v1/decisions/dec_fraud.17.1', approval: '/v1/approvals/apr_fraud.17.0' },
};

export const problemExample = {
  type: '/docs#off-schema',
  title: "The data does not fit its flow's schema",
  status: 422,
  code: 'off-schema',
  detail: 'The data does not fit payment.attempted: /data/amount must be a number, not a text',
  errors: [{ pointer: '/data/amount', detail: 'must be a number, not a text' }],
} as const satisfies Problem;

export const batchExample: BatchResults = {
  results: [receiptExample, { status: 'rejected', problem: { ...problemExample, errors: [...problemExample.errors] } }],
};

export const storedEventExample: StoredEvent = {
  ...decidedExample,
  acceptedAt: AT,
  position: 17,
  cloudevent: cloudEventExample,
  decisions: [decision, final],
};

export const quarantinedExample: QuarantinedEvent = {
  ...{ event: 'evt_fraud.18', source: '/shop', id: 'p-2', status: 'quarantined', flow: 'fraud', subject: 'card-2', decision: null },
  ...{ workflow: null, links: { event: '/v1/events/evt_fraud.18', subject: '/v1/flows/fraud/subjects/card-2' } },
  ...{ type: 'payment.attempted', acceptedAt: AT, reason: 'Error: the reflex met a currency without a rate' },
};

export const decisionItemExample: DecisionItem = { ...final, flow: 'fraud', subject: 'card-1', event };

export const decisionDetailExample: DecisionDetail = {
  ...decisionItemExample,
  rungs: [{ rung: 'human', outcome: 'approve', confidence: 1, ms: 669_883 }],
  costUsd: 0.00042,
  truth: { truth: 'legitimate', at: '2026-03-20T00:00:00Z', event: 'evt_fraud.940' },
  actions: [{ id: 'act_fraud.17.release', action: 'release', state: 'done', undoes: null, stands: false }],
  llmCalls: [
    {
      ...{ id: 'llm_fraud.17.1', step: 'turn 1', state: 'abstained', code: 'cut-short', note: null, model: 'a-model' },
      ...{
        prompt: 'review@1f5b8a6f0e7d',
        at: AT,
        ms: 840,
        inputTokens: 913,
        outputTokens: 61,
        costUsd: 0.00042,
        requestId: 'req-1',
        reused: null,
      },
    },
  ],
  workflow,
  links: decidedExample.links,
};

export const flowExample: FlowItem = {
  name: 'fraud',
  title: 'Card payments',
  types: { 'payment.attempted': { type: 'object', required: ['paymentId', 'cardId'], properties: { paymentId: { type: 'string' } } } },
  follows: {},
  own: [],
  emits: {},
  models: [
    {
      ...{ name: 'fraud', version: '0123456789ab', script: 'trainFraud.py', data: 'Fraud Detection Handbook (simulated)' },
      ...{ trained: { from: '2018-05-08', to: '2018-07-10' }, calibrated: { from: '2018-07-11', to: '2018-07-24' } },
      ...{ figures: { auc: 0.888 }, measured: 'signalbox evaluate fraud' },
    },
  ],
  workflow: 'paymentReview',
  policy: POLICY,
  code: '1f5b8a6f0e7d4c3b',
  ...{ entries: 17, waiting: 1, quarantined: 0, openApprovals: 1 },
};

export const timelineExample: z.input<typeof timeline> = {
  ...{ flow: 'fraud', subject: 'card-1', workflow, state: { payments: 1 } },
  items: [
    { at: AT, kind: 'event', id: event.event, title: 'payment.attempted', detail: { amount: 412.5 }, causes: [] },
    { at: AT, kind: 'decision', id: decision.id, title: 'review by model', detail: { confidence: 0.74 }, causes: [event.event] },
  ],
  next: 'eyJmcmF1ZCI6MTd9',
  more: false,
};

export const policyTextExample = 'approveBelow: 0.2\ndeclineAbove: 0.9\n';

export const storedPolicyExample: StoredPolicy = {
  ...{ version: POLICY, position: 2, at: AT, origin: 'operator', by: 'ann', note: 'more reviews over the holidays', active: true },
  ...{ flow: 'fraud', text: policyTextExample, content: { approveBelow: 0.2, declineAbove: 0.9 } },
};

export const policyChangeExample: PolicyChange = { version: POLICY, previous: 'fraud@0123456789ab', changed: true, warnings: [] };

export const policyDiffExample: PolicyDiff = {
  ...{ flow: 'fraud', version: POLICY, against: 'fraud@0123456789ab' },
  differences: [
    {
      ...{ pointer: '/approvals/deadlineSeconds', path: ['approvals', 'deadlineSeconds'], change: 'changed', from: 86_400, to: 14_400 },
      ...{ text: 'fell from 86400 s (1 d) to 14400 s (4 h)', meaning: 'how long people have to answer' },
    },
  ],
};

const figures = {
  ...{ decisions: 120, outcomes: { approve: 100, decline: 20 }, labelled: 40, assumed: 60, unknown: 20, right: 95, wrong: 5 },
  ...{ precision: 0.9, recall: 0.82, costUsd: 0.05, costUsdPer1000: 0.42 },
  calibration: { error: 0.03, buckets: [{ from: 0.9, to: 1, judged: 100, confidence: 0.95, right: 0.95 }] },
};

export const qualityExample: QualityReport = {
  ...{ flow: 'fraud', by: 'rung', from: null, to: null, truths: ['fraud', 'legitimate'], positive: 'fraud' },
  silence: { days: 30, truth: 'legitimate', before: '2026-02-01', counted: 60 },
  ...{
    drift: { learnt: true, windows: 12, series: [{ kind: 'score', name: 'score', measure: 0.08, drifted: false }] },
    labels: { waiting: 0, dropped: 0 },
    behind: 0,
    all: figures,
    groups: [{ name: 'model', ...figures }],
    leftOut: 0,
    answers: [],
    figures: [],
  },
};

export const verdictExample = { verdict: 'approve', reason: 'called the customer' } as const;

export const furtherQuestionExample: FurtherQuestion = {
  ...{ n: 1, question: 'Is the customer abroad?', askedBy: 'ann', askedAt: AT },
  ...{ answer: 'Yes, since Monday', answeredBy: 'shop', answeredAt: '2026-03-02T09:38:00.000Z' },
};

export const approvalExample: Approval = {
  ...{ id: 'apr_fraud.17.0', state: 'open', flow: 'fraud', subject: 'card-1', event, question: 'Is this payment of 412.50 EUR genuine?' },
  evidence: { amount: 412.5, usualAmount: 51 },
  proposed: { outcome: 'decline', result: {} },
  rejected: 'approve',
  ...{ deadline: '2026-03-03T09:30:00.000Z', default: 'decline', verdict: null, needed: 1, votes: [], asked: [] },
  claim: { by: 'ann', until: '2026-03-02T09:50:00.000Z' },
  questions: [furtherQuestionExample],
  handed: { n: 1, to: { role: 'fraud-lead' }, by: 'bob', reason: 'Above what I may say yes to', at: '2026-03-02T09:34:00.000Z' },
  form: null,
  links: { self: '/v1/approvals/apr_fraud.17.0', verdict: '/v1/approvals/apr_fraud.17.0/verdict' },
};

export const actionExample: ActionDetail = {
  ...{ id: 'act_fraud.17.release', state: 'dead', flow: 'fraud', subject: 'card-1', event, action: 'release', decision: final.id },
  ...{ undoes: null, tries: 8, redrives: 0, error: { code: 'receiver-refused', detail: 'It answered 500' } },
  ...{ receiver: 'rcv_0f1e2d3c4b5a6978', plannedAt: AT, nextTryAt: null, endedAt: '2026-03-02T10:30:00.000Z' },
  links: { self: '/v1/actions/act_fraud.17.release', redrive: '/v1/actions/act_fraud.17.release/redrive' },
  message: { type: 'fraud.release', timestamp: AT, data: { action: 'release', flow: 'fraud', subject: 'card-1' } },
};

export const receiverExample: Receiver = {
  ...{ id: 'rcv_0f1e2d3c4b5a6978', url: 'https://shop.example/hooks', state: 'disabled', disabledAt: AT, why: 'It answered 410' },
  ...{ enabledAt: null, enabledBy: null },
};

export const readyExample: Ready = {
  ready: true,
  database: { ok: true },
  temporal: { ok: true, address: '127.0.0.1:7233', namespace: 'default', web: 'http://127.0.0.1:8233' },
  worker: { ok: true },
  backlog: { events: 0, oldestSeconds: 0 },
  clock: { ok: true, aheadSeconds: 0 },
};

export const watchExample: WatchItem = {
  flow: 'maintenance',
  subject: 'm-17',
  name: 'machine.silent',
  event: 'evt_maintenance.9',
  openedAt: AT,
  due: '2026-03-02T09:35:00.120Z',
  trouble: null,
};

export const streamExample = [
  'retry: 1000\n',
  `event: decision\nid: eyJmcmF1ZCI6MTd9\ndata: ${JSON.stringify(decisionItemExample)}\n`,
  `event: health\ndata: ${JSON.stringify({ at: AT, ready: true, degraded: [] })}\n\n`,
].join('\n');
