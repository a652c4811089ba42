/**
 * A tracer that sends spans by OTLP over HTTP (protobuf), with OpenTelemetry's own exporter and batches. It is loaded only where the settings
 * of OpenTelemetry name a place for traces. Spans are made by hand, once they have ended: so one may get its id from what it is about.
 */
import { type Link, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { Span, SpanContext, Tracer } from '../domain/tracer.ts';
import { randomSpan, randomTrace } from './spanIds.ts';
import { readSampler } from './traceSampler.ts';

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

const SCOPE = { name: 'signalbox' };

const otel = ({ trace, span, sampled }: SpanContext) => ({
  traceId: trace,
  spanId: span,
  traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
});

/** Seconds and nanoseconds. */
function hrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}

/** `service`: its name unless OTEL_SERVICE_NAME says another. */
export function openOtlpTracer(service: string, environment: NodeJS.ProcessEnv = process.env): Tracer {
  const named = resourceFromAttributes({ 'service.name': environment.OTEL_SERVICE_NAME ?? service });
  const resource = defaultResource()
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(named);
  const processor = new BatchSpanProcessor(new OTLPTraceExporter());
  const samples = readSampler(environment);

  function readable({ name, kind, context, parent, startMs, endMs, attributes, links = [], error }: Span): ReadableSpan {
    return {
      name,
      kind: KINDS[kind],
      spanContext: () => otel(context),
      ...(parent === null ? {} : { parentSpanContext: { ...otel(parent), isRemote: true } }),
      startTime: hrTime(startMs),
      endTime: hrTime(endMs),
      duration: hrTime(Math.max(0, endMs - startMs)),
      status: error === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: error },
      attributes: { ...attributes },
      links: links.map((link): Link => ({ context: otel(link) })),
      events: [],
      ended: true,
      resource,
      instrumentationScope: SCOPE,
      ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
    };
  }

  return {
    begin(parent) {
      const trace = parent?.trace ?? randomTrace();
      return samples(parent, trace) ? { trace, span: randomSpan(), sampled: true } : null;
    },
    ended: (span) => processor.onEnd(readable(span)),
    close: () => processor.shutdown().catch(() => undefined),
  };
}
