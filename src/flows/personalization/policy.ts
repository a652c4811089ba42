/** The schema of policy.yaml. */
import { z } from 'zod';
import { isTimeZone } from '../../domain/timeZone.ts';
import { ladderFits, ladderParts } from '../../policy/ladderPolicy.ts';
import { NUDGES_MAX } from './model/shopMemory.ts';

export const OUTCOMES = ['recommend', 'nudge', 'none'] as const;

/** The action by which a nudge tells that an order followed. */
const CONVERTED = 'converted';

const LIST_MAX = 50;
const DAY_SECONDS = 86_400;

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM');
const seconds = (days: number): z.ZodInt =>
  z
    .int()
    .min(1)
    .max(days * DAY_SECONDS);

export const shopPolicy = z
  .strictObject({
    recommend: z.strictObject({ itemsMax: z.int().min(1).max(LIST_MAX) }),
    abandoned: z.strictObject({ afterSeconds: seconds(30) }),
    nudge: z.strictObject({
      /** `given`: whoever has not said yes is not nudged; `assumed`: only who has said no. */
      consent: z.enum(['given', 'assumed']),
      valueMin: z.number().min(0).max(1e12),
      cap: z.strictObject({ times: z.int().min(0).max(NUDGES_MAX), windowSeconds: seconds(365) }),
      quietHours: z.strictObject({
        from: clock,
        to: clock,
        timeZone: z.string().refine(isTimeZone, 'must be a time zone such as Europe/Berlin'),
      }),
      followSeconds: seconds(30),
    }),
    ...ladderParts(OUTCOMES),
  })
  .superRefine(ladderFits)
  .refine(({ rungs }) => rungs.map(({ rung }) => rung).join() === 'rules,model', {
    error: 'must be rules and model, which the reflex climbs: nobody else is asked what to recommend',
    path: ['rungs'],
  })
  .refine(({ actions }) => actions.some(({ name, on, when }) => name === CONVERTED && on === 'nudge' && when === 'asked'), {
    error: `must have ${CONVERTED} on nudge, when asked: the story of a nudge that brought an order asks for it`,
    path: ['actions'],
  });

export type ShopPolicy = z.infer<typeof shopPolicy>;
