/** Cases that took long, and those that still do. */
import { z } from 'zod';
import { at, id, links } from './fields.ts';
import { openCase, openCaseExample } from './openCase.ts';
import { run } from './run.ts';

/** Of closed ones: what is kept of each hour. */
export const SLOW_CASES_MAX = 50;
export const SLOW_DAYS_MAX = 31;

const instant = z.iso.datetime({ offset: true });

const closedCase = z.object({
  event: id('evt'),
  type: z.string(),
  subject: z.string(),
  acceptedAt: at,
  decidedAt: at,
  ms: z.number().int().describe('From acceptance to the final decision'),
  outcome: z.string(),
  rung: z.string(),
  decision: id('dec'),
  workflow: run,
  links,
});

export const slowCasesQuery = z.strictObject({
  from: instant.optional().describe('Closed from the hour that holds this instant on; seven days ago unless told'),
  to: instant.optional().describe(`Closed up to the hour that holds this instant; now unless told. At most ${SLOW_DAYS_MAX} days`),
  limit: z
    .string()
    .regex(/^([1-9]|[1-4]\d|50)$/, `must be 1 to ${SLOW_CASES_MAX}`)
    .optional()
    .describe(`Of each kind, 1 to ${SLOW_CASES_MAX}; 20 unless told`),
});

export const slowCases = z.object({
  flow: z.string(),
  from: at,
  to: at,
  open: z.array(openCase).describe('The oldest first, whenever they came'),
  closed: z.array(closedCase).describe('The slowest of the window first'),
  behind: z.number().int().describe('Entries and records of cases that have not been looked at yet'),
});

export type ClosedCase = z.infer<typeof closedCase>;
export type SlowCases = z.infer<typeof slowCases>;

export const slowCasesExample: SlowCases = {
  ...{ flow: 'fraud', from: '2026-02-24T10:00:00.000Z', to: '2026-03-03T10:00:00.000Z', behind: 0 },
  open: [openCaseExample],
  closed: [
    {
      ...{ event: 'evt_fraud.9', type: 'payment.attempted', subject: 'card-9', outcome: 'decline', rung: 'human' },
      ...{ acceptedAt: '2026-03-01T09:30:00.120Z', decidedAt: '2026-03-01T15:30:00.120Z', ms: 21_600_000, decision: 'dec_fraud.9.1' },
      workflow: { id: 'fraud:card-9', run: null, url: null },
      links: { event: '/v1/events/evt_fraud.9', subject: '/v1/flows/fraud/subjects/card-9' },
    },
  ],
};
