/** Watches: what flows wait for that may not come. */
import { z } from 'zod';
import { at, id } from './fields.ts';
import { filterText, listOf, listParameters } from './list.ts';

const watch = z.object({
  flow: z.string(),
  subject: z.string(),
  name: z.string().describe("The type of the flow's own event that comes of it"),
  event: id('evt').describe('What opened it'),
  openedAt: at,
  due: at.describe('When it is looked at next; moved while what it waits for keeps coming'),
  trouble: z.string().nullable().describe('Why it is overdue: its check failed, or its event was refused'),
});

export const watchList = listOf(watch);

export const watchesQuery = z.strictObject({ ...listParameters, flow: filterText.optional(), subject: filterText.optional() });

export type WatchItem = z.infer<typeof watch>;
