/**
 * Holds a schema against what data is: what was sent. A rebuild reads the stored text, so a schema that makes something else of data
 * would have a reflex fold one thing today and another tomorrow.
 */
import type { z } from 'zod';

type Schema = z.core.$ZodType;
type Definition = z.core.$ZodTypes['_zod']['def'];

/** The schema within each schema that says no more of a value than what it is. */
function within(definition: Definition): readonly Schema[] {
  switch (definition.type) {
    case 'object':
      return [...Object.values(definition.shape), ...(definition.catchall === undefined ? [] : [definition.catchall])];
    case 'array':
      return [definition.element];
    case 'tuple':
      return [...definition.items, ...(definition.rest === null ? [] : [definition.rest])];
    case 'record':
      return [definition.keyType, definition.valueType];
    case 'union':
      return definition.options;
    case 'intersection':
      return [definition.left, definition.right];
    case 'optional':
    case 'nullable':
    case 'nonoptional':
      return [definition.innerType];
    case 'lazy':
      return [definition.getter()];
    default:
      return [];
  }
}

/** Texts, numbers and what is made of them: a value passes as it is or not at all. */
const KEPT: ReadonlySet<string> = new Set([
  ...['string', 'number', 'int', 'boolean', 'null', 'literal', 'enum', 'template_literal', 'unknown', 'any', 'never', 'custom'],
  ...['object', 'array', 'tuple', 'record', 'union', 'intersection', 'optional', 'nullable', 'nonoptional', 'lazy'],
]);

/** What a schema does to a value; null where it leaves it as it is. */
function changes(definition: Definition): string | null {
  if ('coerce' in definition && definition.coerce === true) return 'coerce';
  if (!KEPT.has(definition.type)) return definition.type === 'pipe' ? 'transform' : definition.type;
  const checks = definition.checks ?? [];
  return checks.some(({ _zod }) => _zod.def.check === 'overwrite') ? 'a check that changes the text, such as trim' : null;
}

/** Where a schema changes what it is given, as `data.amount: default`; null where it does not. */
export function changedBy(schema: Schema, path = 'data', seen: ReadonlySet<Schema> = new Set()): string | null {
  if (seen.has(schema)) return null;
  const definition = (schema as z.core.$ZodTypes)._zod.def;
  const change = changes(definition);
  if (change !== null) return `${path}: ${change}`;
  const names = definition.type === 'object' ? Object.keys(definition.shape) : [];
  const deeper = new Set([...seen, schema]);
  for (const [at, inner] of within(definition).entries()) {
    const found = changedBy(inner, names[at] === undefined ? `${path}.*` : `${path}.${names[at]}`, deeper);
    if (found !== null) return found;
  }
  return null;
}
