/** What /metrics shows of watches that should have been looked at. */
import { Gauge } from 'prom-client';
import type { Overdue } from '../../log/watch/overdue.ts';
import { collecting, type Scraped, sharedReading } from './collecting.ts';

export function showWatches(scraped: Scraped, overdue: () => Promise<readonly Overdue[]>): void {
  const look = sharedReading(scraped, overdue);
  const byFlow = (name: string, help: string, of: (one: Overdue) => number): void => {
    new Gauge({
      ...{ name, help, labelNames: ['flow'], registers: [scraped.registry] },
      collect: collecting<Gauge<'flow'>>(scraped.registry, name, async (gauge) => {
        const all = await look();
        gauge.reset();
        for (const one of all) gauge.set({ flow: one.flow }, of(one));
      }),
    });
  };
  byFlow('signalbox_watches_overdue', 'Watches that should have been looked at 10 s ago, or whose look fails', ({ watches }) => watches);
  byFlow('signalbox_watches_overdue_seconds', 'How long the oldest of them is overdue', ({ oldestSeconds }) => oldestSeconds);
}
