/** Goods that customers want to return: a flow without a reflex, each of whose events is decided by a story of its case. */
import { z } from 'zod';
import { defineEvents } from '../../src/kit/defineEvents.ts';
import { defineFlow } from '../../src/kit/defineFlow.ts';

export const returns = defineFlow({
  name: 'returns',
  title: 'Returns',
  events: defineEvents({
    'return.asked': {
      schema: z.looseObject({ orderId: z.string().min(1).max(256), amount: z.number().min(0), note: z.string().max(1000).optional() }),
      subject: ({ orderId }) => orderId,
      fields: { orderId: 'plain', amount: 'plain', note: 'untrusted' },
    },
  }),
  policySchema: z.strictObject({ acceptUpTo: z.number().min(0) }),
  policyText: 'acceptUpTo: 50\n',
  code: 'returns-1',
  workflow: 'returnsCase',
  outcomes: ['accept', 'refuse'],
});
