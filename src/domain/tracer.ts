/**
 * Spans of an event's trace, by W3C Trace Context and OpenTelemetry's words. Nothing here knows where they go: a process has a `Tracer` where
 * its settings name one, else none of this runs.
 */

/** 16 bytes and 8 bytes in hex. */
export interface SpanContext {
  readonly trace: string;
  readonly span: string;
  readonly sampled: boolean;
}

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly context: SpanContext;
  readonly parent: SpanContext | null;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly links?: readonly SpanContext[];
  /** In words that a log may hold; absent where all went well. */
  readonly error?: string;
}

export interface Tracer {
  /** The context of a span under `parent`, or of a trace's first; null where it is not sampled, and then nobody makes a span. */
  begin(parent: SpanContext | null): SpanContext | null;
  /** Never throws, never waits: what cannot be sent is dropped. */
  ended(span: Span): void;
  /** Sends what waits, within some seconds. */
  close(): Promise<void>;
}

/** A request that leaves, with what is known of it then. */
export interface OpenCall {
  /** For the header of that name. */
  readonly traceparent: string;
  end(attributes: Attributes, error?: string): void;
}

/** Begins the span of a call, under whatever runs; null where that is not traced. */
export type BeginCall = (name: string, attributes: Attributes) => OpenCall | null;

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Null where it is none. An event's own was read by `ingress/cloudevents/trace.ts` already. */
export function parseTraceparent(text: unknown): SpanContext | null {
  const [, trace, span, flags] = typeof text === 'string' ? (TRACEPARENT.exec(text) ?? []) : [];
  if (trace === undefined || span === undefined || flags === undefined) return null;
  if (/^0+$/.test(trace) || /^0+$/.test(span)) return null;
  return { trace, span, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function printTraceparent({ trace, span, sampled }: SpanContext): string {
  return `00-${trace}-${span}-${sampled ? '01' : '00'}`;
}

/** Attributes stand before the data in what is stored, so a field of the data is never taken for it. Null where the event is part of no trace. */
const STORED = /^\{"specversion":"1\.0"(?:,"[a-z0-9]{1,64}":(?:"(?:[^"\\]|\\.)*"|[-0-9a-z.]+))*?,"traceparent":"([^"]{55})"/;

/** Of an event as it is stored. */
export function storedTrace(body: string | null): SpanContext | null {
  return body === null ? null : parseTraceparent(STORED.exec(body)?.[1]);
}
