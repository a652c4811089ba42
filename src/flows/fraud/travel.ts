/** Where a card was last used, by the countries that its payments name, and whether it can have been in both. */
import type { Reason } from '../../domain/decision.ts';
import { packed } from '../../kit/state/packed.ts';
import type { StateCodec } from '../../kit/state/stateCodec.ts';
import { countryCode, kmBetween } from './countries.ts';
import { HOUR_MS } from './horizon.ts';
import type { Attempted } from './payment.ts';
import type { FraudPolicy } from './policy.ts';

/** Null before the first country. */
export interface Travel {
  last: { readonly country: string; readonly timeMs: number } | null;
}

/** Makes nothing late: the card's own history says what is. */
export const travelState: StateCodec<Travel> = {
  ...packed<Travel>({
    empty: () => ({ last: null }),
    read: (reader) => ({ last: { country: reader.text(), timeMs: reader.zigzag() } }),
    write(writer, { last }) {
      writer.text(last?.country ?? '');
      writer.zigzag(last?.timeMs ?? 0);
    },
    show: ({ last }) => ({ country: last?.country ?? null }),
  }),
  newestMs: () => Number.NEGATIVE_INFINITY,
};

/** Neighbours trade, and a border runs through towns. */
const KM_MIN = 200;

/** Notes where the card is, and says why it cannot be there. What is bought from afar says nothing of where the card is. */
export function takeTravel(travel: Travel, { timeMs, data: { country = '', channel = '' } }: Attempted, { rules }: FraudPolicy): Reason[] {
  const code = countryCode(country);
  if (code === null || rules.travel === undefined || rules.travel.remoteChannels.includes(channel.toLowerCase())) return [];
  const { last } = travel;
  if (last === null || timeMs >= last.timeMs) travel.last = { country: code, timeMs };
  if (last === null) return [];
  const km = kmBetween(last.country, code);
  const hours = Math.abs(timeMs - last.timeMs) / HOUR_MS;
  if (km < KM_MIN || km <= hours * rules.travel.kmPerHourMax) return [];
  const minutes = Math.round(60 * hours);
  const text = `In ${last.country} and in ${code} within ${minutes} minutes, at least ${Math.round(km)} km apart: faster than ${rules.travel.kmPerHourMax} km an hour`;
  return [{ code: 'impossible-travel', text }];
}
