/** An example of data that fits a JSON schema, so that a form begins with one that can be sent. */

export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly format?: string;
  readonly additionalProperties?: unknown;
}

const NAMED: Readonly<Record<string, unknown>> = { currency: 'EUR', amount: 24.5, price: 19.9, quantity: 1, country: 'DE', channel: 'web' };
const DEPTH_MAX = 4;

export const isRequired = (schema: Schema, name: string): boolean => schema.required?.includes(name) ?? false;

/** `name` is that of the field, and makes the example one that people recognise. */
export function sampleOf(schema: Schema, name = '', depth = 0): unknown {
  if (depth > DEPTH_MAX) return null;
  if (schema.enum !== undefined) return schema.enum[0];
  if (Object.hasOwn(NAMED, name)) return NAMED[name];
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([field]) => isRequired(schema, field))
          .map(([field, of]) => [field, sampleOf(of, field, depth + 1)]),
      );
    case 'array':
      return schema.items === undefined ? [] : [sampleOf(schema.items, '', depth + 1)];
    case 'number':
    case 'integer':
      return Math.max(schema.minimum ?? 1, Math.min(schema.maximum ?? 1, 1));
    case 'boolean':
      return false;
    default:
      return schema.format === 'date-time' ? new Date().toISOString() : `${name === '' ? 'a' : name.replace(/Id$/, '')}-1`;
  }
}

/** Fields of a form are drawn for these; the rest of the data is edited as JSON. */
export function simpleFields(schema: Schema): readonly (readonly [name: string, field: Schema])[] {
  return Object.entries(schema.properties ?? {}).filter(
    ([, { type, enum: options }]) => options !== undefined || ['string', 'number', 'integer', 'boolean'].includes(String(type)),
  );
}
