/**
 * What is wrong with a value that does not fit its schema, in words for whoever sent it: zod's own speak of inputs that were expected and
 * received. A schema's own message stands.
 */
import type { z } from 'zod';
import type { FieldError } from './errors.ts';
import { jsonPointer } from './jsonPointer.ts';
import { didYouMean } from './nearest.ts';
import { schemaKeys } from './schemaKeys.ts';

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  null: 'null',
};
const ENDINGS: Readonly<Record<string, string>> = { string: ' characters', array: ' items', set: ' items', map: ' entries' };

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return NAMES[typeof value] ?? typeof value;
}

const shown = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : String(value));

function bound(issue: { origin: string; exact?: boolean; inclusive?: boolean }, word: 'most' | 'least', limit: unknown): string {
  const unit = ENDINGS[issue.origin] ?? '';
  const verb = unit === '' ? 'be' : 'have';
  if (issue.exact === true) return `must ${verb} exactly ${String(limit)}${unit}`;
  if (issue.inclusive === false) return `must be ${word === 'most' ? 'less' : 'more'} than ${String(limit)}${unit}`;
  return `must ${verb} at ${word} ${String(limit)}${unit}`;
}

function words(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      return `must be ${NAMES[issue.expected] ?? issue.expected}, not ${nameOf(issue.input)}`;
    case 'invalid_value':
      if (issue.input === undefined) return 'is required';
      return issue.values.length === 1
        ? `must be ${shown(issue.values[0])}`
        : `must be one of ${issue.values.map(shown).join(', ')}${typeof issue.input === 'string' ? didYouMean(issue.input, issue.values.map(String)) : ''}`;
    case 'too_big':
      return bound(issue, 'most', issue.maximum);
    case 'too_small':
      return bound(issue, 'least', issue.minimum);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return `has unknown fields: ${issue.keys.join(', ')}`;
    case 'invalid_format':
      return issue.format === 'regex' ? `must look like ${issue.pattern}` : `must be a valid ${issue.format}`;
    case 'invalid_union':
      if (issue.input === undefined) return 'is required';
      return Array.isArray(issue.options) && issue.options.length > 0
        ? `must be one of ${issue.options.map(shown).join(', ')}`
        : 'fits none of the forms that it may have';
    default:
      return undefined;
  }
}

/** The second argument of `safeParse`, wherever a stranger's value is read. */
export const OUR_WORDS: z.core.ParseContext<z.core.$ZodIssue> = { error: (issue) => words(issue) };

/** A pointer to each field that is wrong, `base` before it; an unknown one with the name that was probably meant. */
export function shapeFaults(schema: z.core.$ZodType, { issues }: z.core.$ZodError, base = ''): FieldError[] {
  return issues.flatMap((issue): FieldError[] => {
    const at = (path: readonly PropertyKey[]): string => `${base}${jsonPointer(path)}`;
    if (issue.code !== 'unrecognized_keys') return [{ pointer: at(issue.path), detail: issue.message }];
    const known = schemaKeys(schema, issue.path);
    return issue.keys.map((key) => ({ pointer: at([...issue.path, key]), detail: `is unknown here${didYouMean(key, known)}` }));
  });
}

/** For messages of one line each: `a.b must be a number, not a text`. `whole` names the value itself. */
export function shapeFaultLines(schema: z.core.$ZodType, error: z.core.$ZodError, whole: string): string[] {
  return shapeFaults(schema, error).map(({ pointer, detail }) => `${pointer.slice(1).replaceAll('/', '.') || whole}: ${detail}`);
}
