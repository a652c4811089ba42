/** Streams: brokers that events come from, and that decisions are told to. */
import { z } from 'zod';
import { at } from './fields.ts';

const name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be 1 to 40 lower-case letters, digits and dashes, a letter first');
const place = z
  .string()
  .min(1)
  .max(249)
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without blanks');

const settings = z.strictObject({
  url: z
    .string()
    .max(2000)
    .regex(/^(kafka|nats|mqtts?):\/\/[\x21-\x7e]+$/, 'must begin with kafka://, nats://, mqtt:// or mqtts://')
    .describe('Kafka: several as `kafka://one:9092,two:9092`. A name and password may stand in it'),
  from: place.describe('Kafka: the topic. NATS: the JetStream stream. MQTT: the filter of topics'),
  group: place.optional().describe("Kafka's group, MQTT's client id; `signalbox-<name>` unless told"),
  publishTo: place.optional().describe('The topic or subject where decisions are told; absent: nowhere'),
});

export const streamRequest = z.strictObject({
  name,
  kind: z.enum(['kafka', 'nats', 'mqtt']),
  settings,
  mapping: z
    .string()
    .max(64 * 1024)
    .optional()
    .describe('YAML, for JSON that is no CloudEvent'),
});

export const stream = z.object({
  name: z.string(),
  kind: z.enum(['kafka', 'nats', 'mqtt']),
  state: z.enum(['running', 'paused']),
  url: z.string().describe('Without credentials'),
  from: z.string(),
  publishTo: z.string().nullable(),
  mapping: z.string().nullable(),
  lag: z.number().int().nullable().describe('Messages that wait there; null: not known (MQTT has none: what waits here)'),
  taken: z.number().int(),
  repeated: z.number().int().describe('Came again, and were known'),
  unread: z.number().int().describe('In quarantine with their bytes'),
  empty: z.number().int().describe('Without a body, such as tombstones'),
  published: z.number().int(),
  position: z.string().nullable(),
  seenAt: at.nullable(),
  failure: z.string().nullable(),
  failedAt: at.nullable(),
  gapAt: at.nullable().describe('The broker had no session of ours: what was sent meanwhile may be lost'),
  publishFailure: z.string().nullable(),
});

export const streamList = z.object({ items: z.array(stream), next: z.string(), more: z.boolean() });

export type StreamSettings = z.infer<typeof settings>;
export type Stream = z.infer<typeof stream>;
