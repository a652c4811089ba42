/** Events whose case is open. */
import { z } from 'zod';
import { at, id, links } from './fields.ts';
import { filterText, listOf, listParameters } from './list.ts';

const states = z.enum(['deciding', 'asking-llm', 'awaiting-approval']);

const openCase = z.object({
  flow: z.string(),
  subject: z.string(),
  event: id('evt'),
  type: z.string(),
  acceptedAt: at,
  state: states,
  since: at.describe('When this state began'),
  waitingFor: z.string().describe('In words'),
  deadline: at.nullable(),
  links,
});

export const openCaseList = listOf(openCase);

export const openCasesQuery = z.strictObject({ ...listParameters, flow: filterText.optional(), state: states.optional() });

export type OpenCase = z.infer<typeof openCase>;

export const openCaseExample: OpenCase = {
  ...{ flow: 'fraud', subject: 'card-1', event: 'evt_fraud.17', type: 'payment.attempted', acceptedAt: '2026-03-02T09:30:00.120Z' },
  ...{ state: 'awaiting-approval', since: '2026-03-02T09:30:01.000Z', deadline: '2026-03-03T09:30:00.000Z' },
  waitingFor: 'a person: Is this payment of 412.50 EUR genuine?',
  links: { event: '/v1/events/evt_fraud.17', approval: '/v1/approvals/apr_fraud.17.0' },
};
