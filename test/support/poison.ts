/** An answer of the API with hostile text wherever its shape lets any text stand, so that a field is tried from the day on which the shape has it. */
import { z } from 'zod';
import { API_ROUTES } from '../../src/ingress/routes/apiRoutes.ts';

type Schema = { readonly [name: string]: unknown };

/** Makes the text of the field at `path`, such as `GET /v1/approvals items[].question`. */
export type MakeText = (path: string) => string;

interface Place {
  readonly path: string;
  /** What holds the shapes that others refer to. */
  readonly root: Schema;
  readonly text: MakeText;
}

const ITEMS = 2;
const TIME = '2026-11-29T09:30:00.000Z';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const below = (place: Place, name: string): Place => ({ ...place, path: `${place.path}${name}` });
const empty = (value: unknown): boolean => value === undefined || value === null;

/** What the pattern of an id, a time or a hash wants. */
function formed({ format, pattern }: Schema): string | null {
  if (format === 'date-time') return TIME;
  if (format === 'date') return TIME.slice(0, 10);
  if (typeof pattern !== 'string') return null;
  const prefix = /^\^(\w+)_$/.exec(pattern)?.[1];
  return prefix === undefined ? 'a'.repeat(32) : `${prefix}_fraud.1.0`;
}

/** Members that a flow, a sender or a model chose: hostile names too. */
function anything(value: unknown, place: Place): unknown {
  if (typeof value === 'string') return place.text(place.path);
  if (Array.isArray(value)) return value.slice(0, ITEMS).map((item) => anything(item, below(place, '[]')));
  if (!isObject(value)) return value ?? { [place.text(below(place, '.<name>').path)]: place.text(below(place, '.<value>').path) };
  const entries = Object.entries(value).map(([name, item]) => [name, anything(item, below(place, `.${name}`))] as const);
  return Object.fromEntries([...entries, [place.text(below(place, '.<name>').path), place.text(below(place, '.<value>').path)]]);
}

function branchOf(all: readonly Schema[], value: unknown, root: Schema): Schema {
  const type = Array.isArray(value) ? 'array' : typeof value;
  const branches = all.map((branch) => resolved(branch, root));
  const some = branches.filter((branch) => branch.type !== 'null');
  return (empty(value) ? some[0] : some.find((branch) => branch.type === type)) ?? some[0] ?? {};
}

/** Looked up where it stands elsewhere; of what may be null, the rest. */
function resolved(schema: Schema, { $defs }: Schema): Schema {
  if (typeof schema.$ref === 'string')
    return (($defs as Readonly<Record<string, Schema>> | undefined)?.[schema.$ref.split('/').at(-1) ?? ''] ?? {}) as Schema;
  return Array.isArray(schema.type) ? { ...schema, type: schema.type.find((type) => type !== 'null') } : schema;
}

/** `value`: what is there, to be made worse; what is not there is made up. */
export function poison(shape: Schema, value: unknown, place: Place): unknown {
  const schema = resolved(shape, place.root);
  const branches = (schema.anyOf ?? schema.oneOf) as readonly Schema[] | undefined;
  if (branches !== undefined) return poison(branchOf(branches, value, place.root), value, place);
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return value ?? schema.enum[0];
  if (schema.type === 'boolean') return value ?? false;
  if (schema.type === 'number' || schema.type === 'integer') return value ?? Math.max(0, Number(schema.minimum ?? 0));
  if (schema.type === 'string') {
    const form = formed(schema);
    return form === null ? place.text(place.path) : (value ?? form);
  }
  if (schema.type === 'array') {
    const items = Array.isArray(value) && value.length > 0 ? value.slice(0, ITEMS) : [undefined];
    return items.map((item) => poison(schema.items as Schema, item, below(place, '[]')));
  }
  if (!isObject(schema.properties)) return anything(value, place);
  const had = isObject(value) ? value : {};
  const made = Object.entries(schema.properties).map(
    ([name, of]) => [name, poison(of as Schema, had[name], below(place, `.${name}`))] as const,
  );
  return { ...had, ...Object.fromEntries(made) };
}

interface Answering {
  readonly name: string;
  readonly form: RegExp;
  readonly schema: Schema;
}

export const schemaOf = (shape: z.ZodType): Schema =>
  z.toJSONSchema(shape, { io: 'output', unrepresentable: 'any', reused: 'inline' }) as Schema;

/** What each route answers to a GET. */
export const ANSWERS: readonly Answering[] = API_ROUTES.flatMap(({ method, path, answers }) => {
  const shape = answers[200]?.schema;
  if (method !== 'GET' || shape === undefined) return [];
  const form = new RegExp(`^${path.replace(/[.*+]/g, '\\$&').replace(/:\w+/g, '[^/]+')}$`);
  return [{ name: `GET ${path}`, form, schema: schemaOf(shape) }];
});
