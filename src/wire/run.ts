/** A case's workflow in Temporal's Web UI. */
import { z } from 'zod';

export const run = z.object({ id: z.string(), run: z.string().nullable(), url: z.string().nullable() });

export type Run = z.infer<typeof run>;
