/**
 * What /metrics shows of LLMs. Workers have no HTTP of their own, so the ingress reads the sums that they keep in the database: every
 * ingress shows the same figures, of all workers, and they must not be added up over ingresses.
 */
import { Counter, Gauge } from 'prom-client';
import type { LlmFigures } from '../../llm/record/totals.ts';
import { collecting, type Scraped, sharedReading } from './collecting.ts';

export function showLlm(scraped: Scraped, read: () => Promise<LlmFigures>): void {
  const { registry } = scraped;
  const look = sharedReading(scraped, read);

  function counter<Label extends string>(name: string, help: string, labelNames: readonly Label[], of: Figures<Label>): void {
    new Counter({
      ...{ name, help, labelNames: [...labelNames], registers: [registry] },
      collect: collecting<Counter<Label>>(registry, name, async (metric) => {
        const figures = of(await look());
        metric.reset();
        for (const [labels, value] of figures) metric.inc(labels, value);
      }),
    });
  }
  function gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[], of: Figures<Label>): void {
    new Gauge({
      ...{ name, help, labelNames: [...labelNames], registers: [registry] },
      collect: collecting<Gauge<Label>>(registry, name, async (metric) => {
        const figures = of(await look());
        metric.reset();
        for (const [labels, value] of figures) metric.set(labels, value);
      }),
    });
  }

  const callLabels = ['flow', 'model', 'state'] as const;
  counter('signalbox_llm_calls_total', 'Calls to LLMs that have ended, by how; reused: answered from the record', callLabels, ({ calls }) =>
    calls.map(({ flow, model, state, calls: count }) => [{ flow, model, state }, count]),
  );
  counter('signalbox_llm_tokens_total', 'Tokens of those calls', [...callLabels, 'direction'], ({ calls }) =>
    calls.flatMap(({ flow, model, state, inputTokens, outputTokens }) => [
      [{ flow, model, state, direction: 'input' }, inputTokens],
      [{ flow, model, state, direction: 'output' }, outputTokens],
    ]),
  );
  counter('signalbox_llm_cost_usd_total', 'What those calls cost by the prices of the policies', callLabels, ({ calls }) =>
    calls.map(({ flow, model, state, costUsd }) => [{ flow, model, state }, costUsd]),
  );
  gauge('signalbox_llm_calls_open', 'Calls under way, and those whose worker died in them', ['model'], ({ models }) =>
    models.map(({ model, underWay }) => [{ model }, underWay]),
  );
  gauge(
    'signalbox_llm_breaker_open',
    '1 while a model is left alone as it keeps failing or its quota is used up',
    ['model'],
    ({ models }) => models.map(({ model, open }) => [{ model }, open ? 1 : 0]),
  );
  gauge(
    'signalbox_llm_budget_share',
    'Used or reserved of the budget of this window, the fullest of all tenants',
    ['flow'],
    ({ budgets }) => budgets.map(({ flow, share }) => [{ flow }, share]),
  );
}

type Figures<Label extends string> = (figures: LlmFigures) => [Record<Label, string>, number][];
