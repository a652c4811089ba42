/** The keys that a schema has at a path, for saying which one was probably meant. */
import type { z } from 'zod';

type Schema = z.core.$ZodType;

/** zod's own description of a schema, as far as it is walked. */
interface Definition {
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly valueType?: Schema;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly options?: readonly Schema[];
  readonly items?: readonly Schema[];
}

const definitionOf = (schema: Schema): Definition => schema._zod.def as unknown as Definition;

/** Behind optional, nullable, default, refined and piped forms; every form of a union. */
function bare(schema: Schema): Schema[] {
  const { innerType, in: input, options } = definitionOf(schema);
  const inside = innerType ?? input;
  if (inside !== undefined) return bare(inside);
  return options === undefined ? [schema] : options.flatMap(bare);
}

function step(schema: Schema, key: PropertyKey): Schema[] {
  const { shape, element, valueType, items } = definitionOf(schema);
  const next = shape?.[String(key)] ?? items?.[Number(key)] ?? element ?? valueType;
  return next === undefined ? [] : bare(next);
}

/** Empty if there is no object. */
export function schemaKeys(schema: Schema, path: readonly PropertyKey[]): string[] {
  let at = bare(schema);
  for (const key of path) at = at.flatMap((one) => step(one, key));
  return [...new Set(at.flatMap((one) => Object.keys(definitionOf(one).shape ?? {})))];
}
