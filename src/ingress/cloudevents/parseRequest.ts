/**
 * A request to the event of CloudEvents 1.0 that it carries: the one place where what came from outside becomes
 * an `IncomingEvent`. Strict by our own checks: the npm library `cloudevents` lets through more than half of what
 * must be refused. Names with capitals are refused, not lower-cased: two senders would else mean one attribute.
 */
import { SignalboxError } from '../../domain/errors.ts';
import type { IncomingEvent, Json } from '../../domain/event.ts';
import { Attributes, FAULTS_MAX } from './attributes.ts';
import { contentHash } from './contentHash.ts';
import { binaryData, type EventData, structuredData } from './eventData.ts';
import { readHeaderText } from './headerText.ts';
import { decodeUtf8, parseJson } from './jsonText.ts';
import { parseMediaType } from './mediaType.ts';

/** By names in lower case, as Node has them. */
export type HeaderMap = Readonly<Record<string, string | readonly string[] | undefined>>;

export type Mode = 'structured' | 'binary' | 'batch';

export type ParsedRequest =
  | { readonly mode: 'structured' | 'binary'; readonly event: IncomingEvent }
  /** In order; a bad one is its error, the others go on. */
  | { readonly mode: 'batch'; readonly items: readonly (IncomingEvent | SignalboxError)[] };

/** One transaction takes all events of one log that come at once; more than this would hold the head for seconds. */
export const EVENTS_MAX = 5000;

const STRUCTURED = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';

/** Throws 415 where the headers announce no CloudEvent. Needs no body, so that it runs before one is read. */
export function modeOf(headers: HeaderMap): Mode {
  const contentType = headers['content-type'] as string | undefined;
  if (contentType === STRUCTURED) return 'structured';
  const media = contentType === undefined ? null : parseMediaType(contentType);
  if (media?.essence.startsWith('application/cloudevents') === true) {
    if (media.essence !== STRUCTURED && media.essence !== BATCH)
      throw new SignalboxError('unsupported-media', `Cannot read ${media.essence}: only the JSON formats`);
    assertCharset(media.charset);
    return media.essence === STRUCTURED ? 'structured' : 'batch';
  }
  for (const name in headers) {
    if (name.startsWith('ce-')) {
      assertCharset(media?.charset ?? null);
      return 'binary';
    }
  }
  throw new SignalboxError('unsupported-media', `Cannot find an event: ${noEvent(media?.essence)}. ${TO_SEND}`);
}

const TO_SEND = `Send it as ${STRUCTURED}, an array of events as ${BATCH}, or the attributes as ce- headers beside the data`;

/** What senders mostly did. */
function noEvent(essence: string | undefined): string {
  if (essence === 'application/json') return 'application/json says that it is JSON, not that it is an event';
  if (essence === 'application/x-www-form-urlencoded')
    return `application/x-www-form-urlencoded is what \`curl -d\` sends unless it is told -H 'content-type: ${STRUCTURED}'`;
  return 'neither a CloudEvents content type nor any ce- header';
}

function assertCharset(charset: string | null): void {
  if (charset !== null && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii') {
    throw new SignalboxError('unsupported-media', 'Cannot read that charset: only utf-8 and us-ascii');
  }
}

/**
 * `rawHeaders` are Node's: names and values in turn, nothing merged; `textOf` reads the value of an attribute's header. `body` is inflated
 * already.
 */
export function parseRequest(headers: HeaderMap, rawHeaders: readonly string[], body: Buffer, textOf = readHeaderText): ParsedRequest {
  const mode = modeOf(headers);
  if (mode === 'binary') return { mode, event: parseBinary(headers, { rawHeaders, textOf }, body) };
  const { value, marked } = parseJson(decodeUtf8(body), mode === 'batch' ? EVENTS_MAX : undefined);
  if (mode === 'structured') return { mode, event: parseStructured(value, marked, { headers, faultsMax: FAULTS_MAX.alone }) };
  if (!Array.isArray(value))
    throw new SignalboxError('bad-event', `Cannot read a batch that is not a JSON array: send one event as ${STRUCTURED}`);
  return { mode, items: value.map((item, at) => parseItem(item, (marked as Json[] | undefined)?.[at], headers)) };
}

function parseItem(item: Json, marked: Json | undefined, headers: HeaderMap): IncomingEvent | SignalboxError {
  try {
    return parseStructured(item, marked, { headers, faultsMax: FAULTS_MAX.inBatch });
  } catch (error) {
    if (error instanceof SignalboxError) return error;
    throw error;
  }
}

interface Around {
  readonly headers: HeaderMap;
  readonly faultsMax: number;
}

function parseStructured(value: Json, marked: Json | undefined, { headers, faultsMax }: Around): IncomingEvent {
  if (Array.isArray(value)) throw new SignalboxError('bad-event', `Cannot read an array as one event: send it as ${BATCH}`);
  if (typeof value !== 'object' || value === null) {
    throw new SignalboxError('bad-event', 'Cannot read an event that is not a JSON object');
  }
  const attributes = new Attributes(faultsMax);
  for (const name of Object.keys(value)) {
    if (name !== 'data' && name !== 'data_base64') attributes.add(name, value[name]);
  }
  attributes.addTrace(headers);
  attributes.finish();
  return made(attributes, structuredData(value, marked, attributes.get('datacontenttype')));
}

interface RawHeaders {
  readonly rawHeaders: readonly string[];
  readonly textOf: (value: string) => string | null;
}

function parseBinary(headers: HeaderMap, { rawHeaders, textOf }: RawHeaders, body: Buffer): IncomingEvent {
  const attributes = new Attributes(FAULTS_MAX.alone);
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const header = (rawHeaders[at] as string).toLowerCase();
    if (!header.startsWith('ce-') && header !== 'content-type') continue;
    const name = header === 'content-type' ? 'datacontenttype' : header.slice(3);
    const text = header === 'content-type' ? (rawHeaders[at + 1] as string) : textOf(rawHeaders[at + 1] as string);
    if (seen.has(header)) attributes.fault(name, 'must be sent once');
    else if (header === 'ce-datacontenttype') attributes.fault(name, 'is the Content-Type header in binary mode');
    else if (text === null) attributes.fault(name, 'must be printable ASCII with percent-encoded UTF-8');
    else attributes.add(name, text);
    seen.add(header);
  }
  attributes.addTrace(headers);
  attributes.finish();
  return made(attributes, binaryData(body, attributes.get('datacontenttype')));
}

function made(attributes: Attributes, data: EventData): IncomingEvent {
  return {
    // finish() has made sure of these three
    source: attributes.get('source') as string,
    id: attributes.get('id') as string,
    type: attributes.get('type') as string,
    time: attributes.get('time') ?? null,
    data: data.value,
    expiresAt: attributes.get('expirytime') ?? null,
    body: `{${attributes.text}${data.stored}}`,
    hash: contentHash(attributes, data.canonical),
  };
}
