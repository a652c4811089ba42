/**
 * Spans of a worker. Each activity is one, in the trace of the event that it is about, under the span of that event's case; an activity about
 * several events is one in each of their traces. The span of the case is made when the case ends the event, from acceptance to then, with one for
 * each wait for a person. Its id comes from the event, so what ran before knows it too: after a kill, in another run, on another worker.
 */
import type { Info } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Endings } from '../activities/recordEndings.ts';
import { type Attributes, type BeginCall, printTraceparent, type SpanContext, type Tracer } from '../domain/tracer.ts';
import type { Pool } from '../log/db/database.ts';
import { type EventTrace, readEventTraces } from '../log/read/eventTraces.ts';
import { randomSpan, spanOf } from './spanIds.ts';
import { running } from './traceOfLine.ts';

/** Begins the span of a request that leaves, under the activity that makes it. */
export function callSpans(tracer: Tracer): BeginCall {
  return (name, attributes) => {
    const parent = running.getStore();
    if (parent === undefined) return null;
    const context = { ...parent, span: randomSpan() };
    const startMs = Date.now();
    return {
      traceparent: printTraceparent(context),
      end: (more, error) =>
        tracer.ended({
          ...{ name, kind: 'client', context, parent, startMs, endMs: Date.now() },
          attributes: { ...attributes, ...more },
          ...(error === undefined ? {} : { error }),
        }),
    };
  };
}

interface About {
  readonly tenant: string;
  readonly flow: string;
  readonly positions: readonly number[];
}

/** The events that an activity's input names. */
function aboutOf(input: unknown): About | null {
  if (typeof input !== 'object' || input === null) return null;
  const { tenant, flow, eventPosition, position, positions, load, endings } = input as Record<string, unknown>;
  if (typeof tenant !== 'string' || typeof flow !== 'string') return null;
  const named = [
    eventPosition,
    position,
    ...asList(load ?? positions),
    ...asList(endings).map((ending) => (ending as { position?: unknown }).position),
  ];
  return { tenant, flow, positions: named.filter((one): one is number => Number.isSafeInteger(one)) };
}

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const caseSpan = ({ context, id }: EventTrace): SpanContext => ({ ...context, span: spanOf(context.trace, id, 'case') });

export function activitySpans(tracer: Tracer, pool: Pool): ActivityInterceptorsFactory {
  async function tracesOf({ tenant, flow, positions }: About): Promise<EventTrace[]> {
    const traces = await readEventTraces(pool, { tenant, log: flow }, positions).catch(() => []);
    return traces.filter(({ context }) => context.sampled);
  }

  function endedActivity(info: Info, traces: readonly EventTrace[], { spans, startMs, error }: Ended): void {
    const attributes: Attributes = {
      'temporal.activity.type': info.activityType,
      'temporal.activity.attempt': info.attempt,
      'temporal.task_queue': info.taskQueue,
      ...(info.workflowExecution === undefined ? {} : { 'temporal.run_id': info.workflowExecution.runId }),
    };
    for (const [at, trace] of traces.entries())
      tracer.ended({
        ...{ name: info.activityType, kind: 'internal', parent: caseSpan(trace), startMs, endMs: Date.now() },
        context: spans[at] as SpanContext,
        attributes: { ...attributes, 'signalbox.event': trace.id },
        ...(error === undefined ? {} : { error }),
      });
  }

  /** What the case has ended: each with its waits for a person. */
  function endedCases({ flow, endings }: Endings, traces: readonly EventTrace[], info: Info): void {
    const outcomes = new Map(endings.map(({ position, decision, ending }) => [position, decision?.draft.outcome ?? ending]));
    for (const trace of traces) {
      const context = caseSpan(trace);
      // what told the case of it
      const signal = { ...context, span: spanOf(context.trace, trace.id, 'signal') };
      const run = info.workflowExecution?.runId;
      tracer.ended({
        ...{ name: `case ${flow}`, kind: 'consumer', context, parent: signal, startMs: trace.acceptedAt.getTime(), endMs: Date.now() },
        attributes: {
          'signalbox.event': trace.id,
          'signalbox.flow': flow,
          'signalbox.outcome': outcomes.get(trace.position) ?? '',
          ...(run === undefined ? {} : { 'temporal.run_id': run }),
        },
      });
      for (const { turn, openedAt, decidedAt, via } of trace.approvals)
        tracer.ended({
          ...{ name: 'wait for a person', kind: 'internal', parent: context, startMs: openedAt.getTime(), endMs: decidedAt.getTime() },
          context: { ...context, span: spanOf(context.trace, trace.id, 'wait', turn) },
          attributes: { 'signalbox.event': trace.id, 'signalbox.approval.turn': turn, 'signalbox.verdict.via': via },
        });
    }
  }

  return ({ info }) => ({
    inbound: {
      async execute(input, next) {
        const about = aboutOf(input.args[0]);
        const traces = about === null || about.positions.length === 0 ? [] : await tracesOf(about);
        const [first] = traces;
        if (first === undefined) return next(input);
        const spans = traces.map(({ context }) => ({ ...context, span: randomSpan() }));
        const startMs = Date.now();
        try {
          const result = await running.run(spans[0] as SpanContext, () => next(input));
          endedActivity(info, traces, { spans, startMs });
          if (info.activityType === 'recordEndings') endedCases(input.args[0] as Endings, await tracesOf(about as About), info);
          return result;
        } catch (error) {
          endedActivity(info, traces, { spans, startMs, error: (error as { type?: string }).type ?? (error as Error).name });
          throw error;
        }
      },
    },
  });
}

interface Ended {
  readonly spans: readonly SpanContext[];
  readonly startMs: number;
  readonly error?: string;
}
