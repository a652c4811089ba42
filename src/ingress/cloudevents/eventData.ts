/** The data of an event: what a flow reads, what is stored, and what counts for its hash. */
import { isUtf8 } from 'node:buffer';
import { SignalboxError } from '../../domain/errors.ts';
import type { Json } from '../../domain/event.ts';
import { canonical } from './canonical.ts';
import { decodeUtf8, keptText, type ParsedText, parseJson } from './jsonText.ts';
import { type MediaType, parseMediaType } from './mediaType.ts';

export interface EventData {
  readonly value: Json | undefined;
  /** The member to store, with its comma: `,"data":...`; empty where there is none. */
  readonly stored: string;
  /** The same member in canonical form, for the hash. */
  readonly canonical: string;
}

const NONE: EventData = { value: undefined, stored: '', canonical: '' };

/** Base64 of RFC 4648 with its padding: one text for the same bytes. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function fromJson({ value, marked }: ParsedText): EventData {
  // first: it refuses what is too deep for the calls below
  const text = canonical(marked ?? value);
  return { value, stored: `,"data":${keptText(value, marked)}`, canonical: `"data":${text}` };
}

function fromBytes(bytes: Buffer): EventData {
  if (isUtf8(bytes)) return fromJson({ value: bytes.toString('utf8'), marked: undefined });
  const text = bytes.toString('base64');
  return { value: text, stored: `,"data_base64":"${text}"`, canonical: `"data_base64":"${text}"` };
}

function mediaTypeOf(contentType: string | undefined): MediaType | null {
  return contentType === undefined ? null : parseMediaType(contentType);
}

/** `data` and `data_base64` of the JSON format; null `data_base64` is an absent one. */
export function structuredData(event: { [name: string]: Json }, marked: Json | undefined, contentType: string | undefined): EventData {
  const base64 = event.data_base64;
  if (base64 !== undefined && base64 !== null) {
    if (event.data !== undefined && event.data !== null) throw badBase64('must not stand beside data');
    return fromBase64(base64, contentType);
  }
  if (event.data === undefined) return NONE;
  return fromJson({ value: event.data, marked: (marked as { [name: string]: Json } | undefined)?.data });
}

function badBase64(detail: string): SignalboxError {
  return new SignalboxError('bad-event', `Cannot accept the event: data_base64 ${detail}`, {
    errors: [{ pointer: '/data_base64', detail }],
  });
}

function fromBase64(text: Json, contentType: string | undefined): EventData {
  if (typeof text !== 'string' || text.length % 4 !== 0 || !BASE64.test(text)) throw badBase64('must be base64 (RFC 4648)');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw badBase64('must be base64 (RFC 4648)');
  return { ...bytesByType(bytes, mediaTypeOf(contentType)), stored: `,"data_base64":"${text}"` };
}

/**
 * The body of binary mode. Without a media type it is JSON where it reads as JSON (that is what an absent
 * `datacontenttype` means once the event is stored), else text or bytes; an empty body is no data.
 */
export function binaryData(body: Buffer, contentType: string | undefined): EventData {
  const media = mediaTypeOf(contentType);
  if (body.length === 0 && media?.json !== true) return NONE;
  return bytesByType(body, media);
}

function bytesByType(bytes: Buffer, media: MediaType | null): EventData {
  if (media?.json === true) return fromJson(parseJson(decodeUtf8(bytes)));
  if (media !== null) return fromBytes(bytes);
  try {
    return fromJson(parseJson(decodeUtf8(bytes)));
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'bad-json') return fromBytes(bytes);
    throw error;
  }
}
