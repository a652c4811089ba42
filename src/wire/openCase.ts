/** Events whose case is open. */
import { z } from 'zod';
import { at, id, links } from './fields.ts';
import { filterText, listOf, listParameters } from './list.ts';
import { run } from './run.ts';

const states = z.enum(['deciding', 'asking-llm', 'awaiting-approval']);

export const openCase = z.object({
  flow: z.string(),
  subject: z.string(),
  event: id('evt'),
  type: z.string(),
  acceptedAt: at,
  state: states,
  since: at.describe('When this state began'),
  waitingFor: z.string().describe('In words'),
  deadline: at.nullable(),
  workflow: run,
  links,
});

export const openCaseList = listOf(openCase);

export const openCasesQuery = z.strictObject({ ...listParameters, flow: filterText.optional(), state: states.optional() });

export type OpenCase = z.infer<typeof openCase>;

export const openCaseExample: OpenCase = {
  ...{ flow: 'fraud', subject: 'card-1', event: 'evt_fraud.17', type: 'payment.attempted', acceptedAt: '2026-03-02T09:30:00.120Z' },
  ...{ state: 'awaiting-approval', since: '2026-03-02T09:30:01.000Z', deadline: '2026-03-03T09:30:00.000Z' },
  waitingFor: 'a person: Is this payment of 412.50 EUR genuine?',
  workflow: { id: 'fraud:card-1', run: '0197a1de-6f7c-7c1e-9f6e-2b7d5f1f3c11', url: null },
  links: { event: '/v1/events/evt_fraud.17', approval: '/v1/approvals/apr_fraud.17.0' },
};
