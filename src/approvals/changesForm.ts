/** What a reviewer may change of a proposed result: one zod schema, made from the policy, that forms are drawn from and changes are parsed by. */

import { z } from 'zod';
import { type FieldError, SignalboxError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/event.ts';
import { jsonPointer } from '../domain/jsonPointer.ts';
import { OUR_WORDS } from '../domain/shapeFaults.ts';
import type { ChangeRule } from '../policy/approvalsPolicy.ts';

type ChangeRules = Readonly<Record<string, ChangeRule>>;

function schemaOf(rule: ChangeRule): z.ZodType<number | string> {
  switch (rule.type) {
    case 'number':
      return z.number().min(rule.min).max(rule.max);
    case 'text':
      return z
        .string()
        .max(rule.charsMax)
        .refine((text) => !text.includes('\u0000'), 'must not hold U+0000');
    case 'choice':
      return z.enum(rule.options);
  }
}

function changesSchema(rules: ChangeRules) {
  return z.strictObject(Object.fromEntries(Object.entries(rules).map(([field, rule]) => [field, schemaOf(rule).optional()])));
}

/** JSON Schema of the changes; null where nothing may be changed. */
export function changesForm(rules: ChangeRules): JsonObject | null {
  if (Object.keys(rules).length === 0) return null;
  // a schema in JSON is JSON
  return z.toJSONSchema(changesSchema(rules)) as JsonObject;
}

const pointer = (field: PropertyKey): string => jsonPointer(['changes', field]);

/** Null where nothing is changed. Throws SignalboxError `bad-verdict` with a pointer to each field that is off limits. */
export function parseChanges(rules: ChangeRules, given: JsonObject | undefined): JsonObject | null {
  if (given === undefined || Object.keys(given).length === 0) return null;
  const parsed = changesSchema(rules).safeParse(given, OUR_WORDS);
  if (parsed.success) return parsed.data as JsonObject;
  const errors = parsed.error.issues.flatMap((issue): FieldError[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((field) => ({ pointer: pointer(field), detail: 'may not be changed by a verdict' }))
      : [{ pointer: pointer(issue.path[0] ?? ''), detail: issue.message }],
  );
  throw new SignalboxError('bad-verdict', undefined, { errors });
}

/** Whether two changes are the same, in whatever order their fields are. */
export function sameChanges(one: JsonObject | null, other: JsonObject | null): boolean {
  const ordered = (changes: JsonObject | null): string =>
    JSON.stringify(Object.entries(changes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
  return ordered(one) === ordered(other);
}
