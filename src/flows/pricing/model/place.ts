/** What is kept of a product in a store. */
import { packed } from '../../../kit/state/packed.ts';
import { loadRivals, type Rival, saveRivals } from './rivals.ts';
import { loadSeries, noSeries, type Series, saveSeries } from './series.ts';

export interface Place {
  readonly series: Series;
  rivals: Rival[];
}

export const placeState = packed<Place>({
  empty: () => ({ series: noSeries(), rivals: [] }),
  read: (reader) => ({ series: loadSeries(reader), rivals: loadRivals(reader) }),
  write(writer, { series, rivals }) {
    saveSeries(writer, series);
    saveRivals(writer, rivals);
  },
  show: ({ series, rivals }) => ({
    periods: series.rows,
    usualUnits: series.rows > 0 ? Math.exp(series.units + series.level) : null,
    rivals: rivals.length,
  }),
});
