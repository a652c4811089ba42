/** What /healthz and /readyz say. */
import { z } from 'zod';

export const alive = z.object({ ok: z.literal(true) });

/** `ready` is whether events can be accepted: Temporal and workers may be away. */
export const ready = z.object({
  ready: z.boolean(),
  database: z.object({ ok: z.boolean() }),
  temporal: z.object({
    ok: z.boolean(),
    address: z.string(),
    namespace: z.string(),
    web: z.string().nullable(),
    missingSearchAttributes: z
      .array(z.string())
      .exactOptional()
      .describe('What the namespace lacks: no case can start there, so `ready` is false'),
  }),
  worker: z.object({ ok: z.boolean() }),
  backlog: z.object({ events: z.number().int(), oldestSeconds: z.number() }),
  clock: z
    .object({ ok: z.boolean(), aheadSeconds: z.number().int() })
    .describe("This machine's against the database's, by which events are accepted"),
  otherCode: z.array(z.string()).exactOptional().describe('Flows that this ingress cannot serve as another code folds them'),
});

export type Ready = z.infer<typeof ready>;
