/**
 * What of an event's data may be seen where. A field that its flow does not name is personal: nobody knows what is in it.
 */
import type { JsonObject } from './event.ts';
import type { Exposure } from './flow.ts';

/** `history`: Temporal's, and logs. `prompt`: an LLM. `reviewer`: a person who may read approvals. */
export type Audience = 'history' | 'prompt' | 'reviewer';

const HIDDEN: Readonly<Record<Audience, ReadonlySet<Exposure>>> = {
  history: new Set(['personal', 'secret']),
  prompt: new Set(['personal', 'secret']),
  reviewer: new Set(['secret']),
};

/** The data with what the audience may not see replaced by `[personal]` or `[secret]`. */
export function shownTo(audience: Audience, fields: Readonly<Record<string, Exposure>>, data: JsonObject): JsonObject {
  const hidden = HIDDEN[audience];
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      const exposure = (Object.hasOwn(fields, name) ? fields[name] : undefined) ?? 'personal';
      return [name, hidden.has(exposure) ? `[${exposure}]` : value];
    }),
  );
}
