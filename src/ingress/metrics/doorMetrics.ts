/** What /metrics shows of providers and brokers. Labels are the names that an operator gave them. */
import { Counter, Gauge } from 'prom-client';
import type { KeptStream } from '../../log/door/streams.ts';
import type { CountWebhook } from '../webhooks/webhookTally.ts';
import { collecting, type Scraped, sharedReading } from './collecting.ts';

export function webhookMetrics({ registry }: Pick<Scraped, 'registry'>): CountWebhook {
  const requests = new Counter({
    name: 'signalbox_webhook_requests_total',
    help: 'Requests to webhooks that are there, by name and what became of them',
    labelNames: ['source', 'result'],
    registers: [registry],
  });
  return (source, result) => requests.inc({ source, result });
}

const FIGURES: Readonly<Record<string, readonly [help: string, of: (stream: KeptStream) => number | null]>> = {
  signalbox_broker_lag: ['Messages that wait in the broker of a stream, where it tells', ({ lag }) => lag],
  signalbox_broker_paused: ['1 for a stream that is paused', ({ state }) => Number(state === 'paused')],
  signalbox_broker_failing: [
    '1 for a stream that is to be read and cannot be, or whose decisions cannot be told',
    ({ state, failure, publishFailure }) => Number(state === 'running' && (failure !== null || publishFailure !== null)),
  ],
};

const COUNTED = ['taken', 'repeated', 'unread', 'empty'] as const;

export function showBrokers(scraped: Scraped, read: () => Promise<readonly KeptStream[]>): void {
  const { registry } = scraped;
  const look = sharedReading(scraped, read);
  for (const [name, [help, of]] of Object.entries(FIGURES))
    new Gauge({
      ...{ name, help, labelNames: ['stream'], registers: [registry] },
      collect: collecting<Gauge<'stream'>>(registry, name, async (gauge) => {
        const all = await look();
        gauge.reset();
        for (const stream of all) {
          const value = of(stream);
          if (value !== null) gauge.set({ stream: stream.name }, value);
        }
      }),
    });
  const name = 'signalbox_broker_messages';
  new Gauge({
    ...{ name, help: 'Messages of a stream so far, by what became of them', labelNames: ['stream', 'result'], registers: [registry] },
    collect: collecting<Gauge<'stream' | 'result'>>(registry, name, async (gauge) => {
      const all = await look();
      gauge.reset();
      for (const stream of all) for (const result of COUNTED) gauge.set({ stream: stream.name, result }, stream[result]);
    }),
  });
}
