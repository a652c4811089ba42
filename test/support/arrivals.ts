/** Builders of what the edge hands on. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../../src/event.ts';
import type { Arrival } from '../../src/log/arrival.ts';

export interface Booking {
  id: string;
  account?: string;
  amount?: number;
  source?: string;
  region?: string;
  time?: string | null;
  expiresAt?: string | null;
  history?: boolean;
}

export function booking({
  id,
  account = 'a',
  amount = 1,
  source = '/test',
  region,
  time = null,
  expiresAt = null,
  history = false,
}: Booking): Arrival {
  const data: JsonObject = { account, amount, ...(region === undefined ? {} : { region }) };
  const attributes = { specversion: '1.0', id, source, type: 'amount.booked', ...(time === null ? {} : { time }), data };
  const body = JSON.stringify(attributes);
  const hash = createHash('sha256').update(body).digest();
  return { event: { source, id, type: 'amount.booked', time, data, expiresAt, body, hash }, subject: account, data, history };
}

export function scan(id: string, parcelName: string, source = '/test'): Arrival {
  const data: JsonObject = { parcel: parcelName };
  const body = JSON.stringify({ specversion: '1.0', id, source, type: 'parcel.scanned', data });
  const hash = createHash('sha256').update(body).digest();
  return {
    event: { source, id, type: 'parcel.scanned', time: null, data, expiresAt: null, body, hash },
    subject: parcelName,
    data,
    history: false,
  };
}
