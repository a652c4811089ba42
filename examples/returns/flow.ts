/** Goods that customers want to return: the smallest flow there is. No reflex: each event goes to the case of its order. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { JsonObject } from '../../src/domain/event.ts';
import type { Flow } from '../../src/domain/flow.ts';

const asked = z.looseObject({ orderId: z.string().min(1).max(256), amount: z.number().min(0), note: z.string().max(1000).optional() });
const policySchema = z.strictObject({ acceptUpTo: z.number().min(0) });

export const returns: Flow<z.infer<typeof policySchema>> = {
  name: 'returns',
  title: 'Returns',
  types: {
    'return.asked': {
      schema: asked as unknown as z.ZodType<JsonObject>,
      // cases of one subject are one workflow: what belongs together is decided in order
      subject: (data) => String(data.orderId),
      fields: { orderId: 'plain', amount: 'plain', note: 'untrusted' },
    },
  },
  policySchema,
  policyText: readFileSync(new URL('./policy.yaml', import.meta.url), 'utf8'),
  // nothing folds, so nothing ever changes here; with a reflex: foldingCode() over its files
  code: 'returns-1',
  workflow: 'returnsCase',
  outcomes: ['accept', 'refuse'],
};
