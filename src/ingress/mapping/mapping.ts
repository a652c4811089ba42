/**
 * A mapping: YAML that says what a provider's body is as one of our events. Rules are tried in order; the first whose `on` and `when` fit makes the event.
 *
 *     theirType: type                 # JSONata over the body: the sender's own name of what happened
 *     id: id                          # needed only where neither a header nor the provider's preset tells it
 *     time: $fromMillis(created * 1000)
 *     rules:
 *       - on: charge.dispute.created  # one or several of their types; `*` at the end fits any ending
 *         when: data.object.amount > 0
 *         type: payment.disputed
 *         data:
 *           paymentId: data.object.charge
 *
 * Each leaf of `data` is an expression. `$headers` has the request's headers by lower-case names, `$theirType` their type.
 */
import { z } from 'zod';
import type { FieldError } from '../../domain/errors.ts';
import { jsonPointer } from '../../domain/jsonPointer.ts';
import { OUR_WORDS, shapeFaults } from '../../domain/shapeFaults.ts';
import { contentVersion } from '../../policy/policy.ts';
import { isRead, nodeAt, placeAt, type ReadText, readPolicyText } from '../../policy/policyText.ts';
import { type Expression, type ExpressionFault, isExpression, readExpression } from './expression.ts';

const RULES_MAX = 100;
const FAULTS_MAX = 50;

const theirName = z.string().min(1).max(256);
const expression = z.string().min(1);

type DataNode = string | { [name: string]: DataNode };
const dataNode: z.ZodType<DataNode> = z.lazy(() => z.union([expression, z.record(z.string().min(1).max(128), dataNode)]));

const schema = z.strictObject({
  theirType: expression.optional(),
  id: expression.optional(),
  time: expression.optional(),
  rules: z
    .array(
      z.strictObject({
        on: z.union([theirName, z.array(theirName).min(1).max(100)]).optional(),
        when: expression.optional(),
        type: z.union([z.string().min(1).max(256), z.strictObject({ from: expression })]),
        time: expression.optional(),
        data: dataNode,
      }),
    )
    .max(RULES_MAX),
});

interface Rule {
  readonly on: readonly string[] | null;
  readonly when: Expression | null;
  readonly type: string | Expression;
  readonly time: Expression | null;
  readonly data: Built;
}

export type Built = Expression | ReadonlyMap<string, Built>;

export interface Mapping {
  /** `mapping@` and 12 hex digits of its content. */
  readonly version: string;
  readonly theirType: Expression | null;
  readonly id: Expression | null;
  readonly time: Expression | null;
  readonly rules: readonly Rule[];
}

/** The mapping, or each thing that is wrong with its line and column. */
export function readMapping(text: string): Mapping | readonly FieldError[] {
  const read = readPolicyText(text);
  if (!isRead(read)) return read.map(({ line, column, detail }) => ({ pointer: '', detail: `line ${line}, column ${column}: ${detail}` }));
  const proto = text.indexOf('__proto__');
  if (proto >= 0) {
    const { line, column } = placeAt(text, proto);
    return [{ pointer: '', detail: `line ${line}, column ${column}: must not name __proto__` }];
  }
  const parsed = schema.safeParse(read.content, OUR_WORDS);
  if (!parsed.success)
    return shapeFaults(schema, parsed.error)
      .slice(0, FAULTS_MAX)
      .map((fault) => placed(read, pathOf(fault.pointer), fault.detail));
  const faults: FieldError[] = [];
  const compile = (source: string, path: readonly PropertyKey[]): Expression => {
    const compiled = readExpression(source);
    if (isExpression(compiled)) return compiled;
    faults.push(placed(read, path, compiled.detail, compiled));
    return { evaluate: async () => undefined };
  };
  const maybe = (source: string | undefined, path: readonly PropertyKey[]) => (source === undefined ? null : compile(source, path));
  const built = (node: DataNode, path: readonly PropertyKey[]): Built =>
    typeof node === 'string'
      ? compile(node, path)
      : new Map(Object.entries(node).map(([name, inner]) => [name, built(inner, [...path, name])]));
  const { theirType, id, time, rules } = parsed.data;
  const mapping: Mapping = {
    version: contentVersion('mapping', read.content),
    theirType: maybe(theirType, ['theirType']),
    id: maybe(id, ['id']),
    time: maybe(time, ['time']),
    rules: rules.map((rule, at) => ({
      on: rule.on === undefined ? null : [rule.on].flat(),
      when: maybe(rule.when, ['rules', at, 'when']),
      type: typeof rule.type === 'string' ? rule.type : compile(rule.type.from, ['rules', at, 'type', 'from']),
      time: maybe(rule.time, ['rules', at, 'time']),
      data: built(rule.data, ['rules', at, 'data']),
    })),
  };
  return faults.length > 0 ? faults.slice(0, FAULTS_MAX) : mapping;
}

export const isMapping = (read: Mapping | readonly FieldError[]): read is Mapping => 'rules' in read;

const pathOf = (pointer: string): PropertyKey[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));

/** An expression over several lines: the line inside of it too. */
function placed({ text, document }: ReadText, path: readonly PropertyKey[], detail: string, fault?: ExpressionFault): FieldError {
  const start = nodeAt(document, path)?.range?.[0] ?? 0;
  const { line, column } = placeAt(text, start);
  const block = /^[|>]/.test(text.slice(start));
  const inside = fault === undefined ? '' : ` (character ${fault.position + 1} of the expression)`;
  const shift = block && fault !== undefined ? blockLine(text, start, fault.position) : 0;
  return { pointer: jsonPointer(path), detail: `line ${line + shift}, column ${shift > 0 ? 1 : column}: ${detail}${inside}` };
}

/** Lines from the mark of a block to where the character stands, its indentation aside. */
function blockLine(text: string, start: number, position: number): number {
  const [, ...lines] = text.slice(start).split('\n');
  const indent = /^ */.exec(lines[0] ?? '')?.[0].length ?? 0;
  let left = position;
  for (const [at, line] of lines.entries()) {
    left -= Math.max(0, line.length - indent) + 1;
    if (left < 0) return at + 1;
  }
  return 1;
}
