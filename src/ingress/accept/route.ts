/** Which flow answers an event, and whom it is about: the flow's schema alone says so. */
import { SignalboxError } from '../../domain/errors.ts';
import type { IncomingEvent, JsonObject } from '../../domain/event.ts';
import { subjectOf } from '../../domain/eventType.ts';
import type { Logs, Routed } from '../../log/logs.ts';

export interface RouteOptions {
  readonly history: boolean;
  /** `reject`: a type that no flow takes is refused instead of kept. */
  readonly unknownTypes: 'store' | 'reject';
  /** Whose key sent it; null with auth off. */
  readonly actor?: string | null;
}

/** Throws `unknown-type`, or `off-schema` with a pointer to each field that is wrong. */
export function route(logs: Logs, event: IncomingEvent, { history, unknownTypes, actor = null }: RouteOptions): Routed {
  const sent = { history, ...(actor === null ? {} : { actor }) };
  const flow = logs.flowOf(event.type);
  if (flow === null) {
    if (unknownTypes === 'reject') throw new SignalboxError('unknown-type', `No flow takes events of type ${event.type}`);
    return { flow: null, arrival: { event, subject: null, data: {}, ...sent } };
  }
  return { flow, arrival: { event, subject: subjectOf(flow, event), data: event.data as JsonObject, ...sent } };
}
