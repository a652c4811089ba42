/** An event as others name it. */
import { z } from 'zod';
import type { EventRef } from '../domain/event.ts';
import { at, id } from './fields.ts';

export const eventRef = z.object({
  event: id('evt'),
  source: z.string(),
  id: z.string(),
  type: z.string(),
  time: at,
}) satisfies z.ZodType<EventRef>;
