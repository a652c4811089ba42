/** Which flow answers an event, and whom it is about: the flow's schema alone says so. */
import { SignalboxError } from '../../domain/errors.ts';
import type { IncomingEvent, JsonObject } from '../../domain/event.ts';
import { subjectOf } from '../../domain/eventType.ts';
import type { Flow } from '../../domain/flow.ts';
import { isOwnSource } from '../../domain/ownEvent.ts';
import type { Logs, Routed } from '../../log/logs.ts';
import type { NoFlowTakes } from './noFlowTakes.ts';

export interface RouteOptions {
  readonly history: boolean;
  /** `reject`: a type that no flow takes is refused instead of kept. */
  readonly unknownTypes: 'store' | 'reject';
  readonly noFlow: NoFlowTakes;
  /** Whose key sent it; null with auth off. */
  readonly actor?: string | null;
}

/** Of an event that only a flow itself may make; null for any other. */
export function reserved(maker: Flow | null, { source, type }: Pick<IncomingEvent, 'source' | 'type'>): SignalboxError | null {
  if (isOwnSource(source)) return new SignalboxError('reserved', `The source ${source} is kept for what flows themselves tell of`);
  return maker === null ? null : new SignalboxError('reserved', `Events of type ${type} are made by the flow ${maker.name} alone`);
}

/** Throws `reserved`, `unknown-type`, or `off-schema` with a pointer to each field that is wrong. */
export function routeEvent(logs: Logs, event: IncomingEvent, { history, unknownTypes, noFlow, actor = null }: RouteOptions): Routed {
  const sent = { history, ...(actor === null ? {} : { actor }) };
  if (event.unreadable !== undefined) return { flow: null, arrival: { event, subject: null, data: {}, ...sent } };
  const flow = logs.flowOf(event.type);
  const refusal = reserved(logs.makerOf(event.type), event);
  if (refusal !== null) throw refusal;
  if (flow === null) {
    if (unknownTypes === 'reject') throw new SignalboxError('unknown-type', noFlow.say(event.type));
    return { flow: null, arrival: { event, subject: null, data: {}, ...sent } };
  }
  return { flow, arrival: { event, subject: subjectOf(flow, event), data: event.data as JsonObject, ...sent } };
}
