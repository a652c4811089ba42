/** Events from a broker's message: its headers and its bytes, in structured, binary or batch mode. */
import { readHeaderText } from './headerText.ts';
import { type ParsedRequest, parseRequest } from './parseRequest.ts';

/** How a broker's headers hold attributes in binary mode. The media type stands under `content-type` everywhere. */
interface MessageBinding {
  readonly prefix: string;
  /** The text of a value; null where it cannot be read. */
  readonly text: (value: string) => string | null;
}

/** Headers that mean the same everywhere; others without the prefix are no attributes. */
const KEPT = new Set(['content-type', 'traceparent', 'tracestate']);

const asItIs = (value: string): string => value;

/** By the CloudEvents bindings for Kafka, NATS (which encodes as HTTP does) and MQTT 5, whose user properties have no prefix. */
export const MESSAGE_BINDINGS = {
  kafka: { prefix: 'ce_', text: asItIs },
  nats: { prefix: 'ce-', text: readHeaderText },
  mqtt: { prefix: '', text: asItIs },
} as const satisfies Record<string, MessageBinding>;

/** `headers` may be a Map; a header that is there twice is refused where it is an attribute. Throws what `parseRequest` throws. */
export function parseMessage(headers: Iterable<readonly [string, string]>, body: Buffer, binding: MessageBinding): ParsedRequest {
  const { prefix, text } = binding;
  // as HTTP names them, which is what `parseRequest` knows
  const named = [...headers].flatMap(([given, value]) => {
    const name = given.toLowerCase();
    if (KEPT.has(name)) return [[name, value] as const];
    return name.startsWith(prefix) ? [[`ce-${name.slice(prefix.length)}`, value] as const] : [];
  });
  return parseRequest(Object.fromEntries(named), named.flat(), body, text);
}
