/** A scrape while something that it shows cannot be read. The bug this hunts: one figure that fails takes all others with it. */
import { describe, expect, it } from '@jest/globals';
import { showLlm } from '../../src/ingress/metrics/llmMetrics.ts';
import { createMetrics } from '../../src/ingress/metrics/metrics.ts';
import { addQualityMetrics } from '../../src/ingress/metrics/qualityMetrics.ts';
import { ledger } from '../support/flows.ts';
import { ask, eventOf, post } from '../support/http.ts';
import { ingressOfFile } from '../support/ingressOfFile.ts';

const failing = async (): Promise<never> => {
  throw new Error('invalid input syntax for type date: "0000-12-25"');
};

function setUp() {
  const state = { broken: true };
  const heard: unknown[] = [];
  const metrics = createMetrics({
    waiting: () => 0,
    backlog: async () => (state.broken ? failing() : { events: 3, oldestSeconds: 7 }),
    unseen: async () => [{ flow: 'a', log: 'b', entries: 4 }],
    failed: (error) => heard.push(error),
  });
  metrics.accepted('a', 'reflex');
  return { metrics, state, heard };
}

describe('GET /metrics', () => {
  it('leaves out what cannot be read, says so, and shows the rest', async () => {
    const { metrics, heard } = setUp();
    addQualityMetrics(metrics, failing);
    showLlm(metrics, failing);
    await metrics.registry.metrics();
    // of each reading once, however many figures are made of it
    expect(heard).toHaveLength(3);
    const text = await metrics.registry.metrics();
    expect(text).toContain('signalbox_events_accepted_total{flow="a",ending="reflex"} 1');
    expect(text).toContain('signalbox_adoption_behind{flow="a",log="b"} 4');
    expect(text).not.toMatch(/^signalbox_(backlog|decisions|labels|llm)[a-z_]*(\{| )/m);
    for (const name of ['signalbox_backlog_events', 'signalbox_decisions', 'signalbox_labels_waiting', 'signalbox_llm_calls_total'])
      expect(text).toMatch(new RegExp(`^signalbox_metrics_failed_total\\{metric="${name}"\\} \\d`, 'm'));
  });

  it('shows it again once it can be read, and nothing old when it cannot', async () => {
    const { metrics, state } = setUp();
    await metrics.registry.metrics();
    state.broken = false;
    expect(await metrics.registry.metrics()).toMatch(/^signalbox_backlog_events 3$/m);
    expect(await metrics.registry.metrics()).toMatch(/^signalbox_backlog_oldest_seconds 7$/m);
    state.broken = true;
    expect(await metrics.registry.metrics()).not.toMatch(/^signalbox_backlog_\w+ /m);
  });
});

describe('what /metrics shows of requests', () => {
  const ingress = ingressOfFile({ flows: [ledger] });

  it('counts each by its route, never by its path, and one that was given up', async () => {
    await post(ingress.url, eventOf({ id: 'seen-1' }));
    await ask(`${ingress.url}/v1/events/evt_ledger.9`);
    await ask(`${ingress.url}/v1/events`, { method: 'DELETE' });
    await ask(`${ingress.url}/nowhere/secret`);
    const { text } = await ask(`${ingress.url}/metrics`);
    for (const labels of [
      'route="/v1/events",method="POST",status="202"',
      'route="/v1/events/:event",method="GET",status="404"',
      'route="/v1/events",method="DELETE",status="405"',
      'route="none",method="GET",status="404"',
    ])
      expect(text).toContain(`signalbox_http_requests_total{${labels}} 1`);
    expect(text).not.toContain('secret');
    expect(text).toMatch(/^signalbox_http_request_seconds_count\{route="\/v1\/events"\} 2$/m);
  });
});
