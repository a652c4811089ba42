/** Metrics whose figures are read anew for each scrape, from the database: one that cannot be read is left out, and the scrape goes on. */
import { Counter, type Gauge, type Registry } from 'prom-client';

const FAILED = 'signalbox_metrics_failed_total';

function failuresOf(registry: Registry): Counter<'metric'> {
  const known = registry.getSingleMetric(FAILED);
  if (known !== undefined) return known as Counter<'metric'>;
  return new Counter({
    ...{
      name: FAILED,
      help: 'Scrapes in which a metric could not be read and was left out',
      labelNames: ['metric'],
      registers: [registry],
    },
  });
}

/** For a metric's `collect`: takes what the last scrape showed away, then lets `read` set what holds now. */
export function collecting<Of extends Gauge | Counter>(registry: Registry, name: string, read: (metric: Of) => Promise<void>) {
  const failures = failuresOf(registry);
  return async function collect(this: Of): Promise<void> {
    try {
      await read(this);
    } catch {
      // without labels, `reset` makes it 0: an answer that nobody gave
      this.reset();
      this.remove({});
      failures.inc({ metric: name });
    }
  };
}

/** Where figures are shown, and who hears why some could not be read. */
export interface Scraped {
  readonly registry: Registry;
  readonly failed: (error: unknown) => void;
}

/** A scrape collects all metrics at once, each by itself: they share one reading, and one report of its failure. */
export function sharedReading<Figures>({ failed }: Scraped, read: () => Promise<Figures>): () => Promise<Figures> {
  let reading: Promise<Figures> | null = null;
  return () => {
    if (reading !== null) return reading;
    reading = read().finally(() => {
      reading = null;
    });
    reading.catch(failed);
    return reading;
  };
}
