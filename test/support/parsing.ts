/** Requests to the edge without HTTP. */
import type { IncomingEvent } from '../../src/domain/event.ts';
import { type ParsedRequest, parseRequest } from '../../src/ingress/cloudevents/parseRequest.ts';
import { STRUCTURED } from './http.ts';

export function parse(headers: Record<string, string>, body: string | Buffer): ParsedRequest {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return parseRequest(lower, Object.entries(headers).flat(), Buffer.from(body));
}

function only(parsed: ParsedRequest): IncomingEvent {
  if (parsed.mode === 'batch') throw new Error('Cannot take the event of a batch');
  return parsed.event;
}

export const structured = (event: object | string, headers: Record<string, string> = {}): IncomingEvent =>
  only(parse({ 'Content-Type': STRUCTURED, ...headers }, typeof event === 'string' ? event : JSON.stringify(event)));

export const binary = (headers: Record<string, string>, body: string | Buffer = ''): IncomingEvent =>
  only(parse({ 'ce-specversion': '1.0', 'ce-id': 'one', 'ce-source': '/test', 'ce-type': 'amount.booked', ...headers }, body));

export const stored = (event: IncomingEvent) => JSON.parse(event.body);
