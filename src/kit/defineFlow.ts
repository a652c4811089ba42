/** A flow from its parts, each of which knows the events by their schemas. */
import type { z } from 'zod';
import type { Flow } from '../domain/flow.ts';
import { asEventTypes, type EventTypes } from './defineEvents.ts';
import { driftedEvent } from './drifted.ts';
import { changedBy } from './sentSchema.ts';

interface FlowDefinition<Policy> extends Omit<Flow<Policy>, 'types' | 'follows' | 'emits' | 'policySchema'> {
  /** By `defineEvents`. */
  readonly events: EventTypes;
  /** Types that other flows answer, by `defineEvents`. */
  readonly follows?: EventTypes;
  /** Events that it makes for others, by `defineEvents`; one with a reflex tells of drift too. */
  readonly emits?: EventTypes;
  readonly policySchema: z.ZodType<Policy>;
}

/** Throws TypeError where a schema would change data, names a field without its mark, or a subject hangs on a policy that is not known yet. */
export function defineFlow<Policy>({ events, follows, emits: others, ...flow }: FlowDefinition<Policy>): Flow<Policy> {
  const emits = flow.reflex === undefined ? others : { ...driftedEvent(flow.name), ...others };
  for (const [type, { schema, fields }] of [follows, emits, events].flatMap((types = {}) => Object.entries(types))) {
    const changed = changedBy(schema);
    if (changed !== null)
      throw new TypeError(
        `Cannot define ${flow.name} as the schema of ${type} changes what was sent, at ${changed}: data stays as it came`,
      );
    const unmarked = Object.keys(schema.shape).find((field) => !Object.hasOwn(fields, field));
    if (unmarked !== undefined) throw new TypeError(`Cannot define ${flow.name} as ${unmarked} of ${type} has no mark in its fields`);
  }
  // an event is told its subject when it is accepted, before it is known under which policy it will be folded
  const hanging = Object.entries(events).find(([, { subject }]) => subject.length > 1);
  if (hanging !== undefined)
    throw new TypeError(`Cannot define ${flow.name} as the subject of ${hanging[0]} hangs on the policy: only that of a followed type may`);
  return {
    ...flow,
    types: asEventTypes(events),
    ...(follows === undefined ? {} : { follows: asEventTypes(follows) }),
    ...(emits === undefined ? {} : { emits: asEventTypes(emits) }),
  };
}
