/** `<flow>.drifted`: what each flow with a reflex emits when its inputs, scores or calibration are no longer what they were. */
import { z } from 'zod';
import type { EventTypes } from './defineEvents.ts';

export const driftedType = (flow: string): string => `${flow}.drifted`;

const window = z.looseObject({ from: z.iso.datetime(), to: z.iso.datetime() });

const schema = z.looseObject({
  flow: z.string().min(1),
  drifts: z
    .array(
      z.looseObject({
        kind: z.enum(['input', 'score', 'calibration']),
        /** Of an input: its name. */
        name: z.string(),
        /** The population stability index; of calibration, the mean move of expected against observed. */
        measure: z.number(),
        threshold: z.number(),
        reference: z.number(),
        count: z.number(),
      }),
    )
    .min(1),
  reference: window,
  window,
});

export const driftedEvent = (flow: string): EventTypes => ({
  [driftedType(flow)]: {
    schema,
    subject: (data: z.input<typeof schema>) => data.flow,
    // names of inputs may be a sender's
    fields: { flow: 'plain', drifts: 'untrusted', reference: 'plain', window: 'plain' },
  } as EventTypes[string],
});
