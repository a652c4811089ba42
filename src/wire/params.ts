/** Parameters of paths. */
import { z } from 'zod';
import { id } from './fields.ts';

const idLike = (prefix: string, example: string): z.ZodString =>
  id(prefix)
    .describe(`An id like \`${example}\``)
    .meta({ examples: [example] });

const text = (description: string, example: string): z.ZodString =>
  z
    .string()
    .describe(description)
    .meta({ examples: [example] });

export const eventParam = idLike('evt', 'evt_fraud.17');
export const decisionParam = idLike('dec', 'dec_fraud.17.0');
export const approvalParam = idLike('apr', 'apr_fraud.17.0');
export const actionParam = idLike('act', 'act_fraud.17.release');
export const receiverParam = idLike('rcv', 'rcv_0f1e2d3c4b5a6978');
export const flowParam = text('The name of a flow', 'fraud');
export const subjectParam = text('Whom the flow is about, percent-encoded', 'card-1');
export const policyVersionParam = text('A version, or `active`', 'active');
export const streamParam = text('The name of a stream', 'sales');
export const webhookParam = text('The name of a webhook', 'stripe');
export const questionParam = text('The number of a question, from 1', '1');
export const tokenParam = text('The secret of a link', 'the-token-of-a-mail');
