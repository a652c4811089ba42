/** A flow from its parts, each of which knows the events by their schemas. */
import type { z } from 'zod';
import type { Flow } from '../domain/flow.ts';
import { asEventTypes, type EventTypes } from './defineEvents.ts';
import { changedBy } from './sentSchema.ts';

interface FlowDefinition<Policy> extends Omit<Flow<Policy>, 'types' | 'follows' | 'emits' | 'policySchema'> {
  /** By `defineEvents`. */
  readonly events: EventTypes;
  /** Types that other flows answer, by `defineEvents`. */
  readonly follows?: EventTypes;
  /** Events that it makes for others, by `defineEvents`. */
  readonly emits?: EventTypes;
  readonly policySchema: z.ZodType<Policy>;
}

/** Throws TypeError where a schema would change data, or names a field without its mark. */
export function defineFlow<Policy>({ events, follows, emits, ...flow }: FlowDefinition<Policy>): Flow<Policy> {
  for (const [type, { schema, fields }] of [follows, emits, events].flatMap((types = {}) => Object.entries(types))) {
    const changed = changedBy(schema);
    if (changed !== null)
      throw new TypeError(
        `Cannot define ${flow.name} as the schema of ${type} changes what was sent, at ${changed}: data stays as it came`,
      );
    const unmarked = Object.keys(schema.shape).find((field) => !Object.hasOwn(fields, field));
    if (unmarked !== undefined) throw new TypeError(`Cannot define ${flow.name} as ${unmarked} of ${type} has no mark in its fields`);
  }
  return {
    ...flow,
    types: asEventTypes(events),
    ...(follows === undefined ? {} : { follows: asEventTypes(follows) }),
    ...(emits === undefined ? {} : { emits: asEventTypes(emits) }),
  };
}
