/**
 * Spans of an ingress: each request, the append of each event, and what the dispatcher told a case of it. Only what is sampled costs more than a
 * look at a header.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mail } from '../cases/mail.ts';
import { eventId } from '../domain/ids.ts';
import { parseTraceparent, printTraceparent, type SpanContext, storedTrace, type Tracer } from '../domain/tracer.ts';
import type { AppendedEvent } from '../ingress/accept/accept.ts';
import type { ObserveRequest } from '../ingress/metrics/httpMetrics.ts';
import { randomSpan, spanOf } from './spanIds.ts';

/** Probes and scrapes come every few seconds and lead nowhere. */
const UNTRACED = /^\/(healthz|readyz|metrics)(\?|$)/;

export interface IngressSpans {
  readonly request: ObserveRequest;
  appended(events: readonly AppendedEvent[], startMs: number, endMs: number): void;
  told(mail: Mail, startMs: number, endMs: number): void;
}

/** Of each request that is traced, while it is answered. */
const contexts = new WeakMap<object, SpanContext>();

/** The trace that a request is answered in; undefined where it is not traced. */
export const traceOfRequest = (request: IncomingMessage): string | undefined => contexts.get(request)?.trace;

export function ingressSpans(tracer: Tracer): IngressSpans {
  function request(message: IncomingMessage, response: ServerResponse, route: () => string | undefined): void {
    if (UNTRACED.test(message.url ?? '')) return;
    const parent = parseTraceparent(message.headers.traceparent);
    const context = tracer.begin(parent);
    if (context === null) return;
    contexts.set(message, context);
    // an event that names no trace of its own gets this one: what becomes of it stands under its request
    message.headers.traceparent = printTraceparent(context);
    const startMs = Date.now();
    response.once('close', () => {
      const named = route();
      const { statusCode, writableFinished } = response;
      tracer.ended({
        name: named === undefined ? `${message.method}` : `${message.method} ${named}`,
        kind: 'server',
        ...{ context, parent, startMs, endMs: Date.now() },
        attributes: {
          'http.request.method': message.method ?? '',
          ...(named === undefined ? {} : { 'http.route': named }),
          'http.response.status_code': statusCode,
        },
        ...(!writableFinished ? { error: 'the caller went' } : statusCode >= 500 ? { error: `${statusCode}` } : {}),
      });
    });
  }

  return {
    request,
    appended(events, startMs, endMs) {
      for (const { tenant, body, log, position, ending, request: asked } of events) {
        const parent = storedTrace(body);
        if (parent?.sampled !== true) continue;
        const of = asked === undefined ? undefined : contexts.get(asked);
        tracer.ended({
          ...{ name: 'append', kind: 'internal', parent, startMs, endMs },
          context: { ...parent, span: randomSpan() },
          attributes: {
            'signalbox.event': eventId({ tenant, log, position }),
            'signalbox.log': log,
            'signalbox.ending': ending,
          },
          // an event with a trace of its own came by a request of another
          ...(of === undefined || of.trace === parent.trace ? {} : { links: [of] }),
        });
      }
    },
    told({ tenant, flow, events }, startMs, endMs) {
      for (const { position, event } of events) {
        const parent = parseTraceparent(event.traceparent);
        if (parent?.sampled !== true) continue;
        const id = eventId({ tenant, log: flow, position });
        tracer.ended({
          ...{ name: `signal ${flow}`, kind: 'producer', parent, startMs, endMs },
          context: { ...parent, span: spanOf(parent.trace, id, 'signal') },
          attributes: {
            'signalbox.event': id,
            'signalbox.flow': flow,
            'messaging.system': 'temporal',
            'messaging.batch.message_count': events.length,
          },
        });
      }
    },
  };
}
