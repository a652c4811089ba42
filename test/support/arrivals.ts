/** Builders of what the edge hands on. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../../src/domain/event.ts';
import type { Arrival } from '../../src/log/arrival.ts';

export interface Sent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly data: JsonObject;
  readonly source?: string;
  readonly time?: string | null;
  readonly expiresAt?: string | null;
  readonly history?: boolean;
  /** Laid over the event as it was sent. */
  readonly more?: object;
}

export function arrival({
  id,
  type,
  subject,
  data,
  source = '/test',
  time = null,
  expiresAt = null,
  history = false,
  more = {},
}: Sent): Arrival {
  const body = JSON.stringify({ specversion: '1.0', id, source, type, ...(time === null ? {} : { time }), data, ...more });
  const hash = createHash('sha256').update(body).digest();
  return { event: { source, id, type, time, data, expiresAt, body, hash }, subject, data, history };
}

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

export function booking({ account = 'a', amount = 1, region, ...sent }: Booking): Arrival {
  const data: JsonObject = { account, amount, ...(region === undefined ? {} : { region }) };
  return arrival({ ...sent, type: 'amount.booked', subject: account, data });
}

export const scan = (id: string, parcel: string, source = '/test'): Arrival =>
  arrival({ id, source, type: 'parcel.scanned', subject: parcel, data: { parcel } });
