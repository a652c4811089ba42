/**
 * One JSONata expression of a mapping: read once, evaluated for each body, within limits whatever it says. Time: 100 ms, looked at before each step.
 * Depth: 200. Lists: 10,000 items. What steps give: 2 MiB of text each. Regular expressions are linear, and the functions that make much out of little are
 * bounded or not there.
 *
 * Measured without these: `$pad("x", 5e7)` 1.8 s, a text doubled 28 times over a quarter of a gigabyte.
 */
import jsonata from 'jsonata';
import { LinearRegex } from './linearRegex.ts';
import { majorUnits } from './majorUnits.ts';

const TIMEOUT_MS = 100;
const DEPTH_MAX = 200;
const ITEMS_MAX = 10_000;
const TEXT_MAX = 2 << 20;
const PAD_MAX = 10_000;
/** Of an expression's own text: 20,000 brackets are an error of the stack. */
const EXPRESSION_CHARS_MAX = 4000;
/** Values looked at, to know how much text a step gave. */
const WEIGHED_MAX = 20_000;

export interface ExpressionFault {
  /** In the expression's text, from 0. */
  readonly position: number;
  readonly detail: string;
}

export interface Expression {
  /** Undefined: it leads to nothing. Throws `MappingFault`. */
  evaluate(input: unknown, bindings: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** An expression that could not be evaluated over a body. The message says why and holds nothing of the body. */
export class MappingFault extends Error {
  override readonly name = 'MappingFault';
}

/** What it says, or what is wrong with it. */
export function readExpression(text: string): Expression | ExpressionFault {
  if (text.length > EXPRESSION_CHARS_MAX) return { position: 0, detail: `must have at most ${EXPRESSION_CHARS_MAX} characters` };
  let read: jsonata.Expression;
  try {
    read = jsonata(text, {
      ...{ timeout: TIMEOUT_MS, stack: DEPTH_MAX, sequence: ITEMS_MAX },
      RegexEngine: LinearRegex as unknown as RegExpConstructor,
    });
  } catch (error) {
    const { position = 0, message = 'cannot be read' } = error as Partial<jsonata.JsonataError>;
    return { position: Math.max(0, position - 1), detail: `is no JSONata: ${message.slice(0, 200)}` };
  }
  const fault = faultIn(read.ast());
  if (fault !== null) return fault;
  bound(read);
  return {
    evaluate: async (input, bindings) => {
      try {
        return await read.evaluate(input, { ...bindings });
      } catch (error) {
        throw new MappingFault(reasonOf(error));
      }
    },
  };
}

export function isExpression(read: Expression | ExpressionFault): read is Expression {
  return 'evaluate' in read;
}

/** JSONata's messages quote values that were met: only its codes and our own words go on. */
function reasonOf(error: unknown): string {
  if (error instanceof MappingFault) return error.message;
  const { code, position } = error as Partial<jsonata.JsonataError>;
  const where = typeof position === 'number' ? ` at character ${position}` : '';
  if (code === 'D1012') return `takes longer than ${TIMEOUT_MS} ms`;
  if (code === 'D1011') return `goes deeper than ${DEPTH_MAX} steps`;
  if (code === 'D2014' || code === 'D2015') return `makes a list of more than ${ITEMS_MAX} items`;
  if (error instanceof RangeError) return 'makes too much';
  return `cannot be evaluated${code === undefined ? '' : ` (${code})`}${where}`;
}

function bound(read: jsonata.Expression): void {
  const env = read as { assign(name: string | symbol, value: unknown): void };
  env.assign(Symbol.for('jsonata.__evaluate_exit'), (_expression: unknown, _input: unknown, _environment: unknown, result: unknown) => {
    weigh(result);
  });
  read.registerFunction('pad', padded, '<s-ns?:s>');
  read.registerFunction('join', joined, '<a<s>s?:s>');
  read.registerFunction('major', majorUnits, '<ns:n>');
  read.registerFunction('eval', () => {
    throw new MappingFault('may not use $eval');
  });
}

/** Throws where a value holds more text or more values than a step may give. */
function weigh(value: unknown): void {
  if (typeof value === 'string') {
    if (value.length > TEXT_MAX) throw new MappingFault('makes too long a text');
    return;
  }
  if (!Array.isArray(value)) return;
  let chars = 0;
  let seen = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    seen += 1;
    if (typeof next === 'string') chars += next.length;
    else if (Array.isArray(next)) {
      if (next.length > ITEMS_MAX) throw new MappingFault(`makes a list of more than ${ITEMS_MAX} items`);
      for (const item of next) open.push(item);
    }
    if (chars > TEXT_MAX || seen > WEIGHED_MAX) throw new MappingFault('makes too much');
  }
}

function padded(text: string, width: number, fill?: string): string {
  if (Math.abs(width) > PAD_MAX) throw new MappingFault(`pads to more than ${PAD_MAX} characters`);
  const by = fill === undefined || fill === '' ? ' ' : fill;
  return width < 0 ? text.padStart(-width, by) : text.padEnd(width, by);
}

function joined(texts: readonly string[] | undefined, separator = ''): string | undefined {
  if (texts === undefined) return undefined;
  const chars = texts.reduce((sum, text) => sum + text.length + separator.length, 0);
  if (chars > TEXT_MAX) throw new MappingFault('makes too long a text');
  return texts.join(separator);
}

const NODES_MAX = 2000;

/** What the grammar allows and a mapping may not have. */
function faultIn(ast: jsonata.ExprNode): ExpressionFault | null {
  const open: unknown[] = [ast];
  const seen = new Set<unknown>();
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== 'object' || node === null || seen.has(node)) continue;
    seen.add(node);
    if (seen.size > 20 * NODES_MAX) return { position: 0, detail: `must have at most ${NODES_MAX} parts` };
    const { type, value, position = 0 } = node as Partial<jsonata.ExprNode>;
    if (type === 'variable' && value === 'eval') return { position: Math.max(0, position - 1), detail: 'may not use $eval' };
    if (value instanceof RegExp) {
      const wrong = regexFault(value);
      if (wrong !== null) return { position: Math.max(0, position - 1), detail: wrong };
      continue;
    }
    open.push(...Object.values(node));
  }
  return null;
}

function regexFault(value: RegExp): string | null {
  try {
    new LinearRegex(value);
    return null;
  } catch {
    return 'has a regular expression beyond RE2: no looking ahead or behind, no references back';
  }
}
