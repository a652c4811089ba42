/** What a mapping makes of a body, within limits of time and size. */
import type { Json } from '../../domain/event.ts';
import { type Expression, MappingFault } from './expression.ts';
import type { Built, Mapping } from './mapping.ts';

/** All expressions of a body's mapping together. */
const TOTAL_MS = 500;
const DATA_CHARS_MAX = 1 << 20;

/** What came in, as expressions see it. */
export interface MappingInput {
  readonly body: Json;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Mapped {
  readonly type: string;
  /** As the expression gave it; null: none. */
  readonly time: unknown;
  /** JSON. */
  readonly data: string;
}

function fits(on: readonly string[] | null, theirType: string): boolean {
  return on === null || on.some((one) => (one.endsWith('*') ? theirType.startsWith(one.slice(0, -1)) : one === theirType));
}

/** The event that the first fitting rule makes; null: no rule takes it. Throws MappingFault. */
export async function applyMapping(mapping: Mapping, { body, headers }: MappingInput, theirType: string): Promise<Mapped | null> {
  const bindings = { headers, theirType };
  const untilMs = performance.now() + TOTAL_MS;
  const evaluate = async (one: Expression): Promise<unknown> => {
    if (performance.now() > untilMs) throw new MappingFault(`takes longer than ${TOTAL_MS} ms`);
    return one.evaluate(body, bindings);
  };
  for (const rule of mapping.rules) {
    if (!fits(rule.on, theirType)) continue;
    if (rule.when !== null && !(await evaluate(rule.when))) continue;
    const type = typeof rule.type === 'string' ? rule.type : await evaluate(rule.type);
    if (typeof type !== 'string' || type === '') continue;
    const data = asJson(await build(rule.data, evaluate));
    const time = rule.time ?? mapping.time;
    return { type, data, time: time === null ? null : await evaluate(time) };
  }
  return null;
}

async function build(node: Built, evaluate: (one: Expression) => Promise<unknown>): Promise<unknown> {
  if (!(node instanceof Map)) return evaluate(node as Expression);
  const made: Record<string, unknown> = {};
  for (const [name, inner] of node as ReadonlyMap<string, Built>) {
    const value = await build(inner, evaluate);
    if (value !== undefined) made[name] = value;
  }
  return made;
}

/** Functions and what leads to nothing are left out, as JSON does. */
function asJson(value: unknown): string {
  let left = DATA_CHARS_MAX;
  let text: string | undefined;
  try {
    // stops at the limit instead of writing what may be a gigabyte
    text = JSON.stringify(value, (_name, inner: unknown) => {
      left -= typeof inner === 'string' ? inner.length : 1;
      if (left < 0) throw new MappingFault('makes more data than an event may have');
      return typeof inner === 'function' ? undefined : inner;
    });
  } catch (error) {
    if (error instanceof MappingFault) throw error;
    throw new MappingFault('makes what is no JSON');
  }
  return text ?? 'null';
}

/** An expression over a body that should give a short text; undefined where it gives none. Throws MappingFault. */
export async function textBy(one: Expression | null, { body, headers }: MappingInput): Promise<string | undefined> {
  const value = one === null ? undefined : await one.evaluate(body, { headers });
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' ? String(value) : undefined;
}
