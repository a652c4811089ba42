/** What a flow did over time. */
import { z } from 'zod';
import { BUCKETS_MAX } from '../domain/time/bucketStarts.ts';
import { isTimeZone } from '../domain/timeZone.ts';
import { at } from './fields.ts';

const instant = z.iso.datetime({ offset: true });
const zone = z.string().max(64).refine(isTimeZone, 'must be the name of a time zone, such as Europe/Berlin');

export const outcomesQuery = z.strictObject({
  step: z
    .enum(['minute', 'hour', 'day'])
    .optional()
    .describe(
      `\`hour\` unless told. At most ${BUCKETS_MAX.minute} minutes, ${BUCKETS_MAX.hour} hours or ${BUCKETS_MAX.day} days are shown at once`,
    ),
  from: instant.optional().describe('From the bucket that holds this instant on'),
  to: instant.optional().describe('Up to the bucket that holds this instant; now unless told'),
  last: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'must be 1 to 9999')
    .optional()
    .describe('So many buckets up to `to`, in place of `from`; 48 unless told'),
  zone: zone.optional().describe('Whose days and hours; `UTC` unless told'),
});

export const outcomesOverTime = z.object({
  flow: z.string(),
  step: z.enum(['minute', 'hour', 'day']),
  zone: z.string(),
  from: at,
  to: at.describe('The end of the last bucket, which may not be over yet'),
  starts: z.array(at).describe('Where each bucket begins'),
  series: z
    .array(z.object({ outcome: z.string(), rung: z.string(), counts: z.array(z.number().int()).describe('One for each bucket') }))
    .describe('Final decisions by when they were made: the largest first'),
  behind: z.number().int().describe('Entries and records of cases that have not been counted yet'),
});

export type OutcomesOverTime = z.infer<typeof outcomesOverTime>;

export const outcomesExample: OutcomesOverTime = {
  ...{ flow: 'fraud', step: 'hour', zone: 'Europe/Berlin', from: '2026-03-02T08:00:00.000Z', to: '2026-03-02T10:00:00.000Z' },
  starts: ['2026-03-02T08:00:00.000Z', '2026-03-02T09:00:00.000Z'],
  series: [
    { outcome: 'approve', rung: 'model', counts: [118, 97] },
    { outcome: 'approve', rung: 'human', counts: [0, 1] },
  ],
  behind: 0,
};
