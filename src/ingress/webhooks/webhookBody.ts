/** The body of a verified request as a value: JSON, or a form, as some providers send it when they are told to. */
import type { Json } from '../../domain/event.ts';
import { canonical } from '../cloudevents/canonical.ts';
import { decodeUtf8, keptText, parseJson } from '../cloudevents/jsonText.ts';
import { parseMediaType } from '../cloudevents/mediaType.ts';

export interface WebhookBody {
  readonly value: Json;
  /** JSON text without loss: what is kept of a body that no mapping takes. */
  readonly text: string;
  /** What decides between a repeat and other content. */
  readonly canonical: string;
}

const FIELDS_MAX = 1000;

/** `volatile`: members at the top that do not count as content. Throws `bad-json` or `too-deep`. */
export function readWebhookBody(body: Buffer, contentType: string | undefined, volatile: readonly string[]): WebhookBody {
  const form = contentType !== undefined && parseMediaType(contentType)?.essence === 'application/x-www-form-urlencoded';
  const { value, marked } = parseJson(form ? formText(decodeUtf8(body)) : decodeUtf8(body));
  return { value, text: keptText(value, marked), canonical: canonical(without(marked ?? value, volatile)) };
}

/** A form's fields as an object; GitHub and Slack put the JSON of it all into one field, `payload`. */
function formText(text: string): string {
  const fields = [...new URLSearchParams(text)].slice(0, FIELDS_MAX);
  const payload = fields.find(([name]) => name === 'payload')?.[1];
  return payload ?? JSON.stringify(Object.fromEntries(fields.filter(([name]) => name !== '__proto__')));
}

function without(value: Json, names: readonly string[]): Json {
  if (names.length === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}
