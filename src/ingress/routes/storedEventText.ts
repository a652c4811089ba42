import { eventId } from '../../domain/ids.ts';
import type { KeptEvent } from '../../log/read/events.ts';
import { receiptOf, type TemporalWeb } from '../accept/receipt.ts';

/** A stored event as JSON. Its body is the text that is stored: parsing it again would round its big numbers. `more` are further members. */
export function storedEventText(event: KeptEvent, temporal: TemporalWeb, more: object = {}): string {
  const { acceptedAt, position, decisions, body, adoptions, origin } = event;
  const receipt = receiptOf({ ...event, decision: decisions.at(-1) ?? null }, temporal);
  const adopted = {
    ...(adoptions.length === 0 ? {} : { adoptions: adoptions.map(eventId) }),
    ...(origin === null ? {} : { adoptedFrom: eventId(origin) }),
  };
  const text = JSON.stringify({ ...receipt, acceptedAt: acceptedAt.toISOString(), position, decisions, ...adopted, ...more });
  return `${text.slice(0, -1)},"cloudevent":${body ?? 'null'}}`;
}
