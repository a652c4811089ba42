/** The data of an event from its stored text, as accepting gave it to the flow: JSON that came as bytes (`data_base64`) is read again. */
import type { Json, JsonObject } from './event.ts';

const NO_JSON = /^(?!.*[/+]json\b)/i;

/** Undefined where there was none. `body` is structured CloudEvents JSON, as the log keeps it. */
export function storedData(body: string): Json | undefined {
  const { data, data_base64: bytes, datacontenttype: type } = JSON.parse(body) as JsonObject;
  if (data !== undefined || typeof bytes !== 'string') return data;
  if (typeof type === 'string' && NO_JSON.test(type)) return bytes;
  try {
    return JSON.parse(Buffer.from(bytes, 'base64').toString('utf8')) as Json;
  } catch {
    // bytes without a type that are no JSON: they count as their base64, as when they were accepted
    return bytes;
  }
}

/** The same of an event that its flow took: an object. */
export const storedObject = (body: string | null | undefined): JsonObject | null => {
  const data = body === null || body === undefined ? undefined : storedData(body);
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? data : null;
};
