/**
 * A broker's message as an event: a CloudEvent by its broker's binding, else JSON by the stream's mapping. What is neither, or is refused, becomes an event of the
 * quarantine with its bytes, so that the ones behind it go on.
 */
import { createHash } from 'node:crypto';
import { SignalboxError } from '../../domain/errors.ts';
import type { IncomingEvent } from '../../domain/event.ts';
import type { KeptOriginal } from '../../log/door/originals.ts';
import type { StreamKind } from '../../log/door/streams.ts';
import { canonical } from '../cloudevents/canonical.ts';
import { decodeUtf8, keptText, parseJson } from '../cloudevents/jsonText.ts';
import { parseMediaType } from '../cloudevents/mediaType.ts';
import { MESSAGE_BINDINGS, parseMessage } from '../cloudevents/parseMessage.ts';
import { applyMapping, type MappingInput, textBy } from '../mapping/applyMapping.ts';
import { MappingFault } from '../mapping/expression.ts';
import { madeEvent, plainText } from '../mapping/madeEvent.ts';
import type { Mapping } from '../mapping/mapping.ts';
import type { StreamMessage } from './source.ts';

export interface ReadStream {
  readonly name: string;
  readonly kind: StreamKind;
  readonly mapping: Mapping;
}

export interface ReadMessage {
  readonly event: IncomingEvent;
  /** If the event is refused for what it is; null: it goes to quarantine. */
  readonly raw: ((fault: string) => IncomingEvent) | null;
  readonly original: KeptOriginal | null;
}

type Content = StreamMessage & { readonly body: Buffer };

const THEIR_TYPE_CHARS_MAX = 200;
const FAULT_CHARS_MAX = 300;
/** Of bytes that cannot be read, so much is kept. */
const UNREAD_BYTES_MAX = 1 << 20;
const CREDENTIALS = /^(authorization|cookie)$/i;

const streamSource = (name: string): string => `/streams/${name}`;

/** In the quarantine, with its bytes and why. */
export function unreadEvent({ name }: Pick<ReadStream, 'name'>, { body, position }: Content, reason: string): IncomingEvent {
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 16);
  const bytes = body.subarray(0, UNREAD_BYTES_MAX);
  const told = plainText(reason, FAULT_CHARS_MAX);
  const event = madeEvent({
    ...{ source: streamSource(name), id: `${position ?? 'message'}~${digest}`, type: `${name}.unreadable`, time: null },
    more: { mappingfault: told },
    data: JSON.stringify({ base64: bytes.toString('base64'), bytes: body.length }),
    content: digest,
  });
  return { ...event, unreadable: told };
}

/** What a message is; several of a batch. Those that cannot be read are in the quarantine already. Never throws for what came. */
export async function readMessage(stream: ReadStream, message: Content): Promise<ReadMessage[]> {
  try {
    return isCloudEvent(stream, message) ? cloudEvents(stream, message) : [await mapped(stream, message)];
  } catch (error) {
    if (!(error instanceof SignalboxError)) throw error;
    return [alone(unreadEvent(stream, message, `${error.code}: ${error.message}`))];
  }
}

const alone = (event: IncomingEvent): ReadMessage => ({ event, raw: null, original: null });

function isCloudEvent({ kind }: ReadStream, { headers }: Content): boolean {
  const { prefix } = MESSAGE_BINDINGS[kind];
  return headers.some(([given, value]) => {
    const name = given.toLowerCase();
    if (name === 'content-type') return parseMediaType(value)?.essence.startsWith('application/cloudevents') === true;
    return name === `${prefix}specversion`;
  });
}

function cloudEvents(stream: ReadStream, message: Content): ReadMessage[] {
  const parsed = parseMessage(message.headers, message.body, MESSAGE_BINDINGS[stream.kind]);
  if (parsed.mode !== 'batch') return [alone(parsed.event)];
  return parsed.items.map((item) =>
    alone(item instanceof SignalboxError ? unreadEvent(stream, message, `${item.code}: ${item.message}`) : item),
  );
}

async function mapped(stream: ReadStream, message: Content): Promise<ReadMessage> {
  const { name, kind, mapping } = stream;
  const { value, marked } = parseJson(decodeUtf8(message.body));
  const headers = Object.fromEntries(
    message.headers
      .map(([header, text]) => [header.toLowerCase(), text])
      .filter(([header = '']) => header !== '__proto__' && !CREDENTIALS.test(header)),
  );
  const input: MappingInput = { body: value, headers };
  const content = canonical(marked ?? value);
  try {
    const theirType = (await textBy(mapping.theirType, input)) ?? typeIn(value) ?? 'message';
    const id = (await textBy(mapping.id, input)) ?? message.position;
    // two equal readings are two: a hash would make one of them
    if (id === null)
      throw new SignalboxError('bad-event', 'Cannot tell a message that comes again: the broker gives no id, so the mapping must (`id:`)');
    const known = { source: streamSource(name), id, content };
    const raw = (fault: string | null): IncomingEvent =>
      madeEvent({
        ...known,
        ...{ type: `${name}.${plainText(theirType, THEIR_TYPE_CHARS_MAX)}`, time: null, data: keptText(value, marked) },
        ...(fault === null ? {} : { more: { mappingfault: plainText(fault, FAULT_CHARS_MAX) } }),
      });
    const made = await applyMapping(mapping, input, theirType).catch((error: unknown) => {
      if (error instanceof MappingFault) return `The mapping ${error.message}`;
      throw error;
    });
    const fault = typeof made === 'string' ? made : null;
    const event = made === null || typeof made === 'string' ? raw(fault) : eventOr(() => madeEvent({ ...known, ...made }), raw);
    const contentType = headers['content-type'] ?? null;
    const original = {
      source: known.source,
      id,
      via: kind,
      theirType: plainText(theirType, THEIR_TYPE_CHARS_MAX),
      contentType,
      fault,
      body: message.body,
    };
    return { event, raw, original: { ...original, mapping: made === null || fault !== null ? null : mapping.version } };
  } catch (error) {
    if (error instanceof MappingFault) throw new SignalboxError('bad-event', `The mapping ${error.message}`);
    throw error;
  }
}

function eventOr(make: () => IncomingEvent, raw: (fault: string) => IncomingEvent): IncomingEvent {
  try {
    return make();
  } catch (error) {
    if (error instanceof SignalboxError) return raw(`The mapping's event was refused: ${error.message}`);
    throw error;
  }
}

function typeIn(value: unknown): string | undefined {
  const { type } = (typeof value === 'object' && value !== null ? value : {}) as { type?: unknown };
  return typeof type === 'string' && type !== '' ? type : undefined;
}
