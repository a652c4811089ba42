/**
 * A provider's request, from its bytes to a receipt: verified over what came, then read, mapped, accepted, and what came is kept beside the event; then the answer. What is
 * verified is not lost for the sake of a mapping: a body that no rule takes, whose rule fails, or whose event its flow refuses is kept as an event of
 * type `<source>.<their type>`, with the reason as the attribute `mappingfault`.
 */
import { createHash } from 'node:crypto';
import type { Caller } from '../../domain/caller.ts';
import { ERRORS, SignalboxError } from '../../domain/errors.ts';
import type { IncomingEvent } from '../../domain/event.ts';
import { eventTypeOf } from '../../domain/eventType.ts';
import type { Flow } from '../../domain/flow.ts';
import type { Pool } from '../../log/db/database.ts';
import { keepOriginals } from '../../log/door/originals.ts';
import type { Receipt } from '../../wire/receipt.ts';
import type { Accept } from '../accept/accept.ts';
import { refusalLine } from '../accept/refusalLine.ts';
import { applyMapping, type Mapped, type MappingInput, textBy } from '../mapping/applyMapping.ts';
import { MappingFault } from '../mapping/expression.ts';
import { madeEvent, plainText } from '../mapping/madeEvent.ts';
import type { Hook } from './hooks.ts';
import { type Headers, headerOf, verifySignature } from './signatures.ts';
import { readWebhookBody, type WebhookBody } from './webhookBody.ts';

export interface WebhookRequest {
  readonly headers: Headers;
  readonly body: Buffer;
}

export type Taken =
  | { readonly receipt: Receipt; readonly result: 'taken' | 'repeated' | 'unmapped' | 'fault' }
  | { readonly handshake: object; readonly result: 'handshake' };

interface TakeDeps {
  readonly pool: Pool;
  readonly tenant: string;
  readonly flows: readonly Flow[];
  readonly accepting: Pick<Accept, 'accept'>;
}

/** What a delivery is, by its provider and its mapping. */
export interface Read {
  readonly theirType: string;
  readonly id: string;
  readonly body: WebhookBody;
  readonly mapped: Mapped | null;
  readonly fault: string | null;
  readonly time: string | undefined;
}

const THEIR_TYPE_CHARS_MAX = 200;
const FAULT_CHARS_MAX = 300;
/** What an expression may not see, nor a mapping hand on. */
const WITHHELD = /^(authorization|cookie|proxy-authorization|.*signature.*|.*hmac.*)$/;

/** The source that events of an endpoint have. */
const hookSource = (source: string): string => `/webhooks/${source}`;

function shownHeaders(headers: Headers): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' && !WITHHELD.test(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(entries);
}

const reasonOf = (error: unknown): string => {
  if (error instanceof MappingFault) return `The mapping ${error.message}`;
  throw error;
};

/** Reads a body that is verified. Throws `webhook-missing`, `bad-json`, `too-deep` or `bad-event`. */
export async function readDelivery({ provider, mapping }: Hook, { headers, body: bytes }: WebhookRequest): Promise<Read> {
  for (const names of provider.needs)
    if (headerOf(headers, ...names) === undefined)
      throw new SignalboxError('webhook-missing', `Cannot take the request: ${names[0]} is missing`);
  const body = readWebhookBody(bytes, headerOf(headers, 'content-type'), provider.volatile);
  const input: MappingInput = { body: body.value, headers: shownHeaders(headers) };
  const delivery = { headers, body: body.value };
  const asked = async (one: Parameters<typeof textBy>[0]): Promise<string | undefined> => {
    try {
      return await textBy(one, input);
    } catch (error) {
      reasonOf(error);
      return undefined;
    }
  };
  const theirType = (await asked(mapping.theirType)) ?? provider.typeOf(delivery) ?? 'event';
  const id = provider.idOf(delivery) ?? (await asked(mapping.id));
  if (id === undefined && provider.idRequired)
    throw new SignalboxError('bad-event', 'Cannot take the request: it has no id of the delivery');
  const known = { body, id: id ?? createHash('sha256').update(bytes).digest('hex'), time: provider.timeOf(delivery) };
  try {
    const mapped = await applyMapping(mapping, input, theirType);
    return { ...known, theirType, mapped, fault: null };
  } catch (error) {
    return { ...known, theirType, mapped: null, fault: reasonOf(error) };
  }
}

/** The event that the mapping made; null: none. */
export function mappedEvent(source: string, { id, mapped, time, body }: Read): IncomingEvent | null {
  if (mapped === null) return null;
  return madeEvent({
    source: hookSource(source),
    id,
    type: mapped.type,
    time: mapped.time ?? time,
    data: mapped.data,
    content: body.canonical,
  });
}

/** The event of a body as it is. Its type is one that no flow takes: a provider must not choose what is decided. */
export function rawEvent(flows: readonly Flow[], source: string, { id, theirType, time, body }: Read, fault: string | null): IncomingEvent {
  const wanted = `${source}.${plainText(theirType, THEIR_TYPE_CHARS_MAX)}`;
  const type = flows.some((flow) => eventTypeOf(flow, wanted) !== undefined) ? `webhook.${wanted}` : wanted;
  const more = fault === null ? {} : { more: { mappingfault: plainText(fault, FAULT_CHARS_MAX) } };
  return madeEvent({ source: hookSource(source), id, type, time, data: body.text, content: body.canonical, ...more });
}

export async function takeWebhook(deps: TakeDeps, hook: Hook, request: WebhookRequest, nowMs: number): Promise<Taken> {
  const { source, provider, mapping } = hook;
  verify(hook, request, nowMs);
  const read = await readDelivery(hook, request);
  const handshake = provider.handshake?.(read.body.value) ?? null;
  if (handshake !== null) return { handshake, result: 'handshake' };
  const { receipt, fault, took } = await acceptRead(deps, hook, read);
  const contentType = headerOf(request.headers, 'content-type') ?? null;
  await keepOriginals(deps.pool, deps.tenant, [
    {
      ...{ source: hookSource(source), id: read.id, via: 'webhook', theirType: plainText(read.theirType, THEIR_TYPE_CHARS_MAX) },
      ...{
        contentType: contentType === null ? null : plainText(contentType, 200),
        mapping: took ? mapping.version : null,
        fault,
        body: request.body,
      },
    },
  ]);
  const kept = took ? 'taken' : fault === null ? 'unmapped' : 'fault';
  return { receipt, result: receipt.duplicate === true ? 'repeated' : kept };
}

/** A secret that cannot be opened here may be the one that it is signed with: the sender is asked to try again, not told that it is wrong. */
function verify({ provider, secretsAt }: Hook, request: WebhookRequest, nowMs: number): void {
  const { secrets, sealed } = secretsAt(nowMs);
  try {
    verifySignature(provider.scheme, { ...request, secrets, nowMs });
  } catch (error) {
    if (sealed > 0 && error instanceof SignalboxError && error.code === 'webhook-mismatch') throw new SignalboxError('secret-sealed');
    throw error;
  }
}

interface AcceptedRead {
  readonly receipt: Receipt;
  readonly fault: string | null;
  /** If the mapping made the event. */
  readonly took: boolean;
}

async function acceptRead(deps: TakeDeps, { source }: Hook, read: Read): Promise<AcceptedRead> {
  const caller: Caller = { tenant: deps.tenant, actor: `webhook:${source}`, scopes: ['events:write'], roles: [], rate: null };
  const accept = async (event: IncomingEvent) =>
    (await deps.accepting.accept([event], caller, { history: false }))[0] ?? new SignalboxError('internal');
  let { fault } = read;
  try {
    const mapped = mappedEvent(source, read);
    if (mapped !== null) {
      const result = await accept(mapped);
      if (!(result instanceof SignalboxError)) return { receipt: result.receipt, fault: null, took: true };
      throw result;
    }
  } catch (error) {
    // of the event that was made, not of the service or of an identity that has other content
    if (!(error instanceof SignalboxError) || !isOfMapping(error)) throw error;
    fault = `The mapping's event was refused: ${refusalLine(error)}`;
  }
  const result = await accept(rawEvent(deps.flows, source, read, fault));
  if (result instanceof SignalboxError) throw result;
  return { receipt: result.receipt, fault, took: false };
}

const isOfMapping = ({ code }: SignalboxError): boolean => code !== 'unknown-type' && [400, 422].includes(ERRORS[code].status);
