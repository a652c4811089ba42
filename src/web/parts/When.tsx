import { exactTime, relativeTime } from '../words/times.ts';
import { useNow } from './useNow.ts';
import { useSettings } from './useSettings.ts';

/** A time: how long ago, with the exact one on hover, or the other way round, as the reader chose. */
export function When({ at }: { at: string }) {
  const nowMs = useNow();
  const { zone, exactTimes } = useSettings();
  const exact = exactTime(at, zone);
  const relative = relativeTime(Date.parse(at), nowMs);
  return (
    <time dateTime={at} title={exactTimes ? relative : exact}>
      {exactTimes ? exact : relative}
    </time>
  );
}
