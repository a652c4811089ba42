/** What /metrics shows of each flow's watches, emissions, memory and actions, read from the database. */
import { Gauge } from 'prom-client';
import type { ActionFigures } from '../../actions/actionFigures.ts';
import type { EmissionFigures } from '../../log/emit/readEmissions.ts';
import type { MemoryFigures } from '../../log/memory/readMemories.ts';
import type { Overdue } from '../../log/watch/overdue.ts';
import type { DriftFigures } from '../../outcomes/drift/readDrift.ts';
import { collecting, type Scraped, sharedReading } from './collecting.ts';

/** By name of a metric: what it is, and its value. */
type Figures<Of> = Readonly<Record<string, readonly [help: string, of: (one: Of) => number]>>;

function showByFlow<Of extends { readonly flow: string }>(
  scraped: Scraped,
  read: () => Promise<readonly Of[]>,
  figures: Figures<Of>,
): void {
  const look = sharedReading(scraped, read);
  for (const [name, [help, of]] of Object.entries(figures)) {
    new Gauge({
      ...{ name, help, labelNames: ['flow'], registers: [scraped.registry] },
      collect: collecting<Gauge<'flow'>>(scraped.registry, name, async (gauge) => {
        const all = await look();
        gauge.reset();
        for (const one of all) gauge.set({ flow: one.flow }, of(one));
      }),
    });
  }
}

export function showWatches(scraped: Scraped, read: () => Promise<readonly Overdue[]>): void {
  showByFlow(scraped, read, {
    signalbox_watches_overdue: ['Watches that should have been looked at 10 s ago, or whose look fails', ({ watches }) => watches],
    signalbox_watches_overdue_seconds: ['How long the oldest of them is overdue', ({ oldestSeconds }) => oldestSeconds],
  });
}

export function showEmissions(scraped: Scraped, read: () => Promise<readonly EmissionFigures[]>): void {
  showByFlow(scraped, read, {
    signalbox_emissions_waiting: ['Events that a flow is to tell others of, in no log yet', ({ waiting }) => waiting],
    signalbox_emissions_oldest_seconds: ['How long the oldest of them waits', ({ oldestSeconds }) => oldestSeconds],
    signalbox_emissions_refused: ['Those that were refused, as too many own events led to one another', ({ refused }) => refused],
  });
}

export function showDrift(scraped: Scraped, read: () => Promise<readonly DriftFigures[]>): void {
  showByFlow(scraped, read, {
    signalbox_drift_measure: [
      'The largest drift of an input, of scores or of calibration in the newest window: 1 has drifted',
      ({ measure }) => measure,
    ],
    signalbox_drift_series: ['How many of these have drifted', ({ drifted }) => drifted],
  });
}

export function showMemories(scraped: Scraped, read: () => Promise<readonly MemoryFigures[]>): void {
  showByFlow(scraped, read, {
    signalbox_memory_bytes: ['Bytes of the newest checkpoint of the memory of a flow', ({ bytes }) => bytes],
    signalbox_memory_behind: ['Entries of the log since that checkpoint: what a start has to learn', ({ behind }) => behind],
  });
}

export function showActions(scraped: Scraped, read: () => Promise<readonly ActionFigures[]>): void {
  showByFlow(scraped, read, {
    signalbox_actions_planned: ['Actions that are still to be taken', ({ planned }) => planned],
    signalbox_actions_oldest_seconds: ['Age of the oldest of them', ({ oldestSeconds }) => oldestSeconds],
    signalbox_actions_dead: ['Actions that were given up and were not redriven', ({ dead }) => dead],
  });
}
