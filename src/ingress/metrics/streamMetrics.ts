import { Counter, Gauge } from 'prom-client';
import type { Scraped } from './collecting.ts';

/** How many streams are open in this ingress, and how many were cut. */
export function showStreams({ registry }: Pick<Scraped, 'registry'>, streams: { readonly open: number; readonly cut: number }): void {
  const registers = [registry];
  new Gauge({
    ...{ name: 'signalbox_streams_open', help: 'Streams that are open in this ingress', registers },
    collect() {
      this.set(streams.open);
    },
  });
  new Counter({
    ...{ name: 'signalbox_streams_cut_total', help: 'Streams that were cut, as their client took them too slowly', registers },
    collect() {
      this.reset();
      this.inc(streams.cut);
    },
  });
}
