/** What is found by a fragment. */
import { z } from 'zod';
import { at, id } from './fields.ts';
import { filterText, listOf, listParameters } from './list.ts';

const kinds = z.enum(['event', 'decision', 'approval']);

const found = z.object({
  kind: kinds,
  id: z.string(),
  event: id('evt'),
  flow: z.string().nullable(),
  subject: z.string().nullable(),
  at,
  title: z.string().describe("An event's type, a decision's outcome, what happened to an approval"),
  matched: z.string().describe('What is around the fragment, in small letters'),
});

export const foundList = listOf(found);

export const SEARCH_CHARS_MIN = 3;

export const searchQuery = z.strictObject({
  ...listParameters,
  q: filterText.max(200).describe('A fragment of an id, subject, type, outcome or reason: three characters at least'),
  kind: kinds.optional(),
  flow: filterText.optional(),
  from: z.iso.datetime({ offset: true }).optional().describe('Accepted or decided from then on'),
  to: z.iso.datetime({ offset: true }).optional().describe('Before then'),
});

export const foundExample: z.input<typeof found> = {
  ...{ kind: 'event', id: 'evt_fraud.17', event: 'evt_fraud.17', flow: 'fraud', subject: 'card-1', at: '2026-03-02T09:30:00.120Z' },
  ...{ title: 'payment.attempted', matched: 'evt_fraud.17 p-1 payment.attempted card-1 /shop' },
};
