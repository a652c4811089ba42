import { z } from 'zod';
import type { Flow } from '../../domain/flow.ts';

/** JSON schema of the data, by event type. */
export function typeSchemas(types: Flow['types']): Record<string, Record<string, unknown>> {
  const schemas = Object.entries(types).map(([type, { schema }]) => [
    type,
    z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }),
  ]);
  return Object.fromEntries(schemas) as Record<string, Record<string, unknown>>;
}
