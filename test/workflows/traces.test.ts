/**
 * One trace an event, from its request to its webhook. The bugs this hunts: the second event of an open case whose call, wait and webhook hang under the
 * first one's trace; a span whose parent nobody made; a trace that ends where a worker was replaced.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openOutbound } from '../../src/actions/outbound.ts';
import { parseTraceparent, type Span, type SpanContext, type Tracer } from '../../src/domain/tracer.ts';
import { createLogger } from '../../src/run/logger.ts';
import { openIngress } from '../../src/run/openIngress.ts';
import { openWorker, type RunningWorker, type WorkerDeps } from '../../src/run/worker.ts';
import { readConfig } from '../../src/settings/config.ts';
import { LOOPBACK_TARGETS } from '../../src/settings/outboundTarget.ts';
import { askedReviews } from '../support/askedReviews.ts';
import { eventually } from '../support/eventually.ts';
import { openFakeLlm } from '../support/fakeLlm.ts';
import { says } from '../support/llmReplies.ts';
import { llmTargetAt } from '../support/llmTarget.ts';
import { doubtfulPayment } from '../support/payments.ts';
import { startPostgres } from '../support/postgres.ts';
import { quietRuntime } from '../support/quietRuntime.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { openService, type Service } from '../support/service.ts';
import { startTemporal } from '../support/temporal.ts';
import { workflowBundle } from '../support/workflowBundle.ts';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;

/** Keeps what a process would send. Samples what its parent samples, and every new trace. */
function memoryTracer(): Tracer & { readonly spans: Span[] } {
  const spans: Span[] = [];
  let made = 0;
  const hex = (chars: number): string => {
    made += 1;
    return made.toString(16).padStart(chars, 'a');
  };
  return {
    spans,
    begin: (parent) => (parent?.sampled === false ? null : { trace: parent?.trace ?? hex(32), span: hex(16), sampled: true }),
    ended: (span) => void spans.push(span),
    close: async () => undefined,
  };
}

describe('a doubtful payment', () => {
  const releases: (() => unknown)[] = [];
  const tracer = memoryTracer();
  const lines: string[] = [];
  let receiver: Receiver;
  let service: Service;
  let worker: RunningWorker;
  let workerDeps: WorkerDeps;

  beforeAll(async () => {
    const logger = createLogger('test', { SIGNALBOX_LOG_LEVEL: 'debug' }, { write: (line: string) => void lines.push(line) });
    quietRuntime();
    const [postgres, temporal, bundle] = await Promise.all([startPostgres(), startTemporal(), workflowBundle()]);
    const [databaseUrl, namespace] = await Promise.all([postgres.fresh(), temporal.namespace()]);
    receiver = await openReceiver();
    releases.push(() => receiver.close());
    const llm = await openFakeLlm(() =>
      says({ outcome: 'approve', confidence: 0.6, reasons: [{ fact: 'amount', text: 'as the amount says' }] }),
    );
    releases.push(() => llm.close());
    const config = readConfig({ PORT: '0', DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: namespace });
    const settings = { ...config, DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporal.address };
    const flows = [askedReviews({})];
    const ingress = await openIngress({ config: settings, flows, logger, tracer });
    releases.push(() => ingress.close());
    service = openService(ingress.url);
    const webhook = { url: receiver.url, secret: SECRET, outbound: openOutbound(LOOPBACK_TARGETS) };
    workerDeps = {
      ...{ flows, databaseUrl, temporal: { address: temporal.address, namespace }, auth: 'off', webhook, logger, tracer },
      ...{ workflowBundle: bundle, llm: llmTargetAt(llm.url), maxCachedWorkflows: 0 },
    };
    worker = openWorker(workerDeps);
    await worker.started;
    releases.push(() => worker.close());
  });
  afterAll(async () => {
    for (const release of releases.reverse()) await release();
  });

  const ofTrace = (trace: string) => tracer.spans.filter(({ context }) => context.trace === trace);
  const named = (trace: string, name: string | RegExp) =>
    ofTrace(trace).filter((span) => (typeof name === 'string' ? span.name === name : name.test(span.name)));
  const only = (trace: string, name: string | RegExp): Span => {
    const [span, ...more] = named(trace, name);
    expect({ name, span, more }).toEqual({ name, span: expect.anything(), more: [] });
    return span as Span;
  };
  const isUnder = (span: Span, parent: SpanContext): void => expect([span.name, span.parent?.span]).toEqual([span.name, parent.span]);

  async function approve(event: string): Promise<void> {
    const approval = await eventually(async () =>
      (await service.get<{ links: { approval?: string } }>(`/v1/events/${event}`)).links.approval?.split('/').at(-1),
    );
    expect((await service.giveVerdict(approval, 'approve', 'the customer was called')).status).toBe(200);
  }

  it('is one trace: request, append, signal, case, each activity, the call to the LLM, the wait, the webhook', async () => {
    const { receipt } = await service.post(doubtfulPayment({ id: 'one', card: 'card-1' }));
    const trace = receipt.trace ?? '';
    expect(trace).toMatch(/^[0-9a-f]{32}$/);
    const second = (await service.post(doubtfulPayment({ id: 'two', card: 'card-1' }))).receipt;
    expect(second.trace).not.toBe(trace);
    await approve(receipt.event);
    await eventually(async () => named(trace, 'POST webhook').length > 0);
    // another worker goes on with the second payment of the same case
    await worker.close();
    worker = openWorker(workerDeps);
    await worker.started;
    await approve(second.event);
    await eventually(async () => named(second.trace ?? '', 'POST webhook').length > 0 && named(second.trace ?? '', 'act').length > 0);

    for (const [told, of] of [
      [receipt, trace],
      [second, second.trace ?? ''],
    ] as const) {
      const request = only(of, 'POST /v1/events');
      expect(request).toMatchObject({
        kind: 'server',
        parent: null,
        attributes: { 'http.route': '/v1/events', 'http.response.status_code': 202 },
      });
      isUnder(only(of, 'append'), request.context);
      const signal = only(of, 'signal fraud');
      isUnder(signal, request.context);
      const ended = only(of, 'case fraud');
      isUnder(ended, signal.context);
      expect(ended.attributes).toMatchObject({ 'signalbox.event': told.event, 'signalbox.outcome': 'approve' });
      const activities = named(of, /^(takeEvents|askLlm|openApproval|recordEndings|act)$/);
      expect(new Set(activities.map(({ name }) => name))).toEqual(
        new Set(['takeEvents', 'askLlm', 'openApproval', 'recordEndings', 'act']),
      );
      for (const activity of activities) isUnder(activity, ended.context);
      const call = only(of, 'chat fake');
      isUnder(call, only(of, 'askLlm').context);
      expect(call.attributes).toMatchObject({
        'gen_ai.operation.name': 'chat',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 20,
      });
      const wait = only(of, 'wait for a person');
      isUnder(wait, ended.context);
      expect(wait.endMs).toBeLessThanOrEqual(ended.endMs);
      expect(wait.startMs).toBeGreaterThanOrEqual(ended.startMs);
      const webhook = only(of, 'POST webhook');
      isUnder(webhook, only(of, 'act').context);
      const heard = receiver.received.find(({ headers }) => headers['webhook-id'] === webhook.attributes['signalbox.action']);
      expect(parseTraceparent(heard?.headers.traceparent)).toEqual(webhook.context);
      // nothing hangs under a span that was not made
      const made = new Set(ofTrace(of).map(({ context }) => context.span));
      expect(ofTrace(of).filter(({ parent }) => parent !== null && !made.has(parent.span))).toEqual([]);
      expect(
        ofTrace(of).every((span) => span.attributes['signalbox.event'] === undefined || span.attributes['signalbox.event'] === told.event),
      ).toBe(true);
    }
    expect(JSON.stringify(tracer.spans)).not.toContain(new URL(receiver.url).pathname);
  });

  it('is told to its sender under the trace that it came in, also of a repeat, and on the timeline', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const sent = { ...doubtfulPayment({ id: 'own', card: 'card-2' }), traceparent };
    const { receipt } = await service.post(sent);
    expect(receipt.trace).toBe('0af7651916cd43dd8448eb211c80319c');
    expect((await service.post(sent)).receipt).toMatchObject({ trace: receipt.trace, duplicate: true });
    const append = await eventually(async () => named('0af7651916cd43dd8448eb211c80319c', 'append')[0]);
    // it came by a request that is another trace: the two are linked
    expect(append).toMatchObject({ parent: { span: 'b7ad6b7169203331' }, links: [{ sampled: true }] });
    const { items } = await service.get<{ items: { kind: string; detail: { cloudevent?: object } }[] }>('/v1/flows/fraud/subjects/card-2');
    expect(items[0]?.detail.cloudevent).toMatchObject({ traceparent });
    await approve(receipt.event);
    await eventually(async () => named('0af7651916cd43dd8448eb211c80319c', 'case fraud').length > 0);
  });

  it('is not traced where its caller does not sample', async () => {
    const before = tracer.spans.length;
    const { receipt } = await service.post({
      ...doubtfulPayment({ id: 'unsampled', card: 'card-3' }),
      traceparent: '00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
    });
    await approve(receipt.event);
    await eventually(async () => (await service.get<{ status: string }>(`/v1/events/${receipt.event}`)).status === 'decided');
    expect(tracer.spans.slice(before).filter(({ context }) => context.trace.startsWith('1af7'))).toEqual([]);
  });
});
