/** What fields of policies are made of. */
import { z } from 'zod';

export const DAY_SECONDS = 86_400;
export const DAYS_MAX = 30;
export const HUMAN_NAME_CHARS_MAX = 200;

export const seconds = z
  .int()
  .min(1)
  .max(DAYS_MAX * DAY_SECONDS);
export const name = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be lower case letters, digits and dashes');
export const field = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, "must be the name of a field of the event's data");
