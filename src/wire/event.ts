/** Events: as they are sent, and as they are stored. */
import { z } from 'zod';
import { decision } from './decision.ts';
import { at, details, id } from './fields.ts';
import { filterText, lastParameter, listOf, listParameters } from './list.ts';
import { receipt } from './receipt.ts';
import { original } from './webhook.ts';

/** A null attribute is an absent one (JSON format 1.0.2, 2.2). The edge reads events by checks of its own, which are stricter and told in docs/errors.md. */
export const cloudEvent = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string().min(1).describe('At most 1,024 bytes'),
    source: z.string().min(1).describe('A URI reference, at most 1,024 bytes'),
    type: z.string().min(1).describe('At most 256 bytes'),
    subject: z.string().min(1).nullish(),
    time: z.iso.datetime({ offset: true }).nullish(),
    expirytime: z.iso.datetime({ offset: true }).nullish().describe('After it, the event is not decided any more'),
    datacontenttype: z.string().nullish(),
    dataschema: z.string().nullish().describe('An absolute URI'),
    data: z.unknown().optional(),
    data_base64: z.string().nullish().describe('In place of `data`, for bytes'),
  })
  .catchall(z.union([z.string(), z.boolean(), z.int32(), z.null()]));

/** Binary mode, where attributes are headers. */
export const eventData = z.unknown().describe('The data as it is; its attributes in `ce-` headers');

export const cloudEventBatch = z.array(cloudEvent).describe('At most 5,000');

export const storedEvent = receipt.extend({
  acceptedAt: at,
  position: z.number().int(),
  cloudevent: details.nullable(),
  decisions: z.array(decision),
  adoptions: z.array(id('evt')).exactOptional().describe('What it is in the logs of other flows that took it over, where any did'),
  adoptedFrom: id('evt').exactOptional().describe('Of what a flow took over: the event that it was when it was accepted'),
  came: original.exactOptional().describe('Of an event that was made from a webhook or a message, asked for alone: what that was'),
});

export const eventList = listOf(storedEvent);

export const eventsQuery = z.strictObject({
  ...listParameters,
  last: lastParameter,
  after: listParameters.after.describe('The cursor `next` of an earlier page; `end`: from now on; absent: from the start'),
  source: filterText.optional(),
  id: filterText.optional(),
  flow: filterText.optional(),
  type: filterText.optional(),
});

const quarantinedEvent = receipt.extend({ type: z.string(), acceptedAt: at, reason: z.string().nullable() });

export const quarantineList = listOf(quarantinedEvent);

export const quarantineQuery = z.strictObject({ ...listParameters, flow: filterText.optional() });

export type StoredEvent = z.infer<typeof storedEvent>;
export type QuarantinedEvent = z.infer<typeof quarantinedEvent>;
