/** Webhooks in: the endpoints that providers post to, and what an event was made from. */
import { z } from 'zod';
import { at, details } from './fields.ts';
import { listOf } from './list.ts';

export const WEBHOOK_PROVIDERS = ['standard', 'stripe', 'shopify', 'github', 'slack', 'cloudevents', 'hmac'] as const;

/**
 * `taken`: by the mapping. `unmapped`: kept under their own type, as no rule takes them. `fault`: kept so, as the mapping failed. `missing`, `mismatch`, `stale`:
 * not signed as they should be. `refused`: signed, and not to be read or of an identity that has other content. `failed`: for reasons of ours.
 */
const WEBHOOK_RESULTS = [
  ...(['taken', 'unmapped', 'fault', 'repeated', 'handshake', 'missing', 'mismatch', 'stale', 'refused', 'failed'] as const),
] as const;

const source = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be 1 to 40 lower-case letters, digits and dashes, a letter first')
  .describe('The name in the address');

const headerName = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header');

/** A blank at an end or a line end came with copying, and every signature would be wrong. */
const secret = z
  .string()
  .min(8)
  .max(500)
  .regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, 'must be printable ASCII without a blank or line end before or behind it')
  .describe('As the provider shows it; absent: one is made, and told once');

export const webhookSettings = z.strictObject({
  header: headerName.optional().describe('`hmac`: where the signature is; `X-Signature` unless told'),
  prefix: z.string().max(32).optional().describe('`hmac`: what stands before it, like `sha256=`'),
  algorithm: z.enum(['sha256', 'sha512', 'sha1']).optional(),
  encoding: z.enum(['hex', 'base64']).optional(),
  timestampHeader: headerName.optional().describe('`hmac`: if a time is signed, `<seconds>.<body>` is the signed text'),
  idHeader: headerName.optional().describe('`hmac`: where the id of the delivery is; else the mapping says, else the hash of the body'),
  typeHeader: headerName.optional(),
  origins: z
    .array(z.string().min(1).max(253))
    .max(50)
    .optional()
    .describe('Who may ask by OPTIONS whether they may send (CloudEvents); `*`: anybody'),
});

const mapping = z
  .string()
  .max(64 * 1024)
  .describe('YAML; absent: what comes with the provider');

export const webhookRequest = z.strictObject({
  source,
  provider: z.enum(WEBHOOK_PROVIDERS),
  secret: secret.optional(),
  mapping: mapping.optional(),
  settings: webhookSettings.optional(),
});

export const rotateRequest = z.strictObject({
  secret: secret.optional(),
  keepHours: z.number().int().min(0).max(720).optional().describe('How long the secrets before it stay valid: 24 unless told'),
});

export const mappingRequest = z.strictObject({ mapping: mapping.nullable().describe('Null: what comes with the provider') });

export const webhookTestRequest = z.strictObject({
  body: z.unknown().optional().describe('As the provider would send it; absent: a sample'),
  headers: z.record(z.string().max(64), z.string().max(4096)).optional(),
});

export const webhook = z.object({
  source: z.string(),
  provider: z.enum(WEBHOOK_PROVIDERS),
  state: z.enum(['enabled', 'disabled']),
  path: z.string(),
  settings: webhookSettings,
  mapping: z.string().nullable().describe('YAML; null: what comes with the provider'),
  secrets: z.array(z.object({ number: z.number().int(), createdAt: at, until: at.nullable().describe('Not valid from then on') })),
  requests: z
    .array(z.object({ result: z.enum(WEBHOOK_RESULTS), count: z.number().int(), lastAt: at }))
    .describe('What became of its requests so far, some seconds behind'),
  createdAt: at,
  createdBy: z.string(),
});

/** `secret` is told once, of one that was made here. */
export const webhookMade = webhook.extend({ secret: z.string().nullable() });

export const webhookList = listOf(webhook);

export const webhookTried = z.object({
  theirType: z.string(),
  id: z.string(),
  taken: z.boolean().describe('Whether a rule of the mapping takes it'),
  fault: z.string().nullable().describe('Why the mapping made no event that a flow takes'),
  flow: z.string().nullable(),
  cloudevent: details,
});

/** What an event was made from. */
export const original = z.object({
  via: z.string().describe('`webhook`, or the kind of a stream'),
  theirType: z.string(),
  contentType: z.string().nullable(),
  mapping: z.string().nullable().describe('The version of the mapping that took it; null: none did'),
  fault: z.string().nullable(),
  cameAt: at,
  body: z.string().nullable().describe('The bytes, if they are text'),
  bodyBase64: z.string().nullable().describe('The bytes, if they are none'),
});

export type WebhookProvider = (typeof WEBHOOK_PROVIDERS)[number];
export type WebhookResult = (typeof WEBHOOK_RESULTS)[number];
export type WebhookSettings = z.infer<typeof webhookSettings>;
export type Webhook = z.infer<typeof webhook>;
export type WebhookMade = z.infer<typeof webhookMade>;
export type WebhookTried = z.infer<typeof webhookTried>;
export type Original = z.infer<typeof original>;
