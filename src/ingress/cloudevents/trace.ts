/** The trace that an event is part of, by W3C Trace Context: what is malformed is ignored, never refused. */
import { parseTraceparent } from '../../domain/tracer.ts';

/** Of another version than 00 more fields may follow; the first four mean the same in each. */
const TRACEPARENT = /^(?<fields>(?<version>[0-9a-f]{2})-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})(?<more>-.{0,1000})?$/;
const TRACESTATE = /^[\x20-\x7e\t]{1,8192}$/;

export interface Trace {
  readonly traceparent: string;
  readonly tracestate: string | null;
}

/** Null where there is none, or none that W3C lets anybody read. A `tracestate` means nothing without its `traceparent`. */
export function readTrace(traceparent: unknown, tracestate: unknown): Trace | null {
  const found = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.groups : undefined;
  if (found === undefined) return null;
  const { fields, version, more } = found as Record<'fields' | 'version', string> & { more?: string };
  if (version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (parseTraceparent(fields) === null) return null;
  return { traceparent: fields, tracestate: typeof tracestate === 'string' && TRACESTATE.test(tracestate) ? tracestate : null };
}
