/** The map of an import: how the rows of a table become events. Strict, so that a misspelt word is an error and not a missing field. */

import { z } from 'zod';
import { CannotRun } from '../domain/errors.ts';
import { firstFaults } from '../domain/firstFaults.ts';
import { OUR_WORDS, shapeFaultLines } from '../domain/shapeFaults.ts';

const column = z.string().min(1);
const text = z.string().min(1);

/** How a cell becomes a value. `json`: the cell as JSON in a CSV, as it stands in an NDJSON. */
const conversion = z.enum(['string', 'number', 'integer', 'boolean', 'json']);
export type Conversion = z.infer<typeof conversion>;

const fromColumn = z.strictObject({
  column,
  as: conversion.default('string'),
  /** An empty or missing cell leaves the field out; else it rejects the row. */
  optional: z.boolean().default(false),
});
const constant = z.strictObject({ value: z.json() });

/** Text with `{COLUMN}` in it, a converted column, a constant, or an object of fields. */
export type Field = string | z.infer<typeof fromColumn> | z.infer<typeof constant> | { fields: Record<string, Field> };

const field: z.ZodType<Field> = z.lazy(() =>
  z.union([text, fromColumn, constant, z.strictObject({ fields: z.record(z.string(), field) })]),
);

const instant = z.iso.datetime({ offset: true });
const time = z.union([
  z.strictObject({ column }),
  z.strictObject({ column, secondsSince: instant }),
  z.strictObject({ column, millisecondsSince: instant }),
]);
export type TimeField = z.infer<typeof time>;

const cell = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const condition = z.union([
  z.strictObject({ column, equals: cell }),
  z.strictObject({ column, notEquals: cell }),
  z.strictObject({ column, in: z.array(cell).min(1) }),
]);
export type Condition = z.infer<typeof condition>;

const DELAY_SECONDS_MAX = 10 * 366 * 86_400;

const event = z.strictObject({
  type: text,
  id: text,
  source: text.optional(),
  subject: text.optional(),
  time: time.optional(),
  /** The event happens this much later than its row says, and is sent in that order. */
  delaySeconds: z.number().min(0).max(DELAY_SECONDS_MAX).default(0),
  where: z.union([condition.transform((one) => [one]), z.array(condition).min(1)]).default([]),
  data: z.record(z.string(), field),
});

const importMap = z.strictObject({
  format: z.enum(['csv', 'ndjson']).optional(),
  delimiter: z.string().length(1).default(','),
  /** For the events that name none of their own. */
  source: text.optional(),
  time: time.optional(),
  events: z.array(event).min(1).max(20),
});
export type ImportMap = z.infer<typeof importMap>;
export type EventMap = ImportMap['events'][number];

const CONDITIONS: ReadonlySet<string> = new Set(['equals', 'notEquals', 'in']);

/** Cells are texts: `1.0` in a condition is what a cell `1.0` says, and no number. */
function asWritten(node: unknown): void {
  const scalar = node as { value?: unknown; source?: string } | null;
  const plain = typeof scalar?.value === 'number' || typeof scalar?.value === 'boolean';
  if (plain && scalar?.source !== undefined) scalar.value = scalar.source;
}

/** Throws CannotRun that says what is wrong with the map. */
export async function parseImportMap(source: string, name: string): Promise<ImportMap> {
  const { parseDocument, visit, isScalar, isSeq } = await import('yaml');
  const document = parseDocument(source);
  if (document.errors.length > 0)
    throw new CannotRun(
      firstFaults(
        `Cannot read the map ${name}`,
        document.errors.map((error) => error.message.split('\n')[0] ?? ''),
      ),
    );
  visit(document, {
    Pair(_at, { key, value }) {
      if (!isScalar(key) || !CONDITIONS.has(String(key.value))) return;
      for (const node of isSeq(value) ? value.items : [value]) asWritten(node);
    },
  });
  const parsed = importMap.safeParse(document.toJS(), OUR_WORDS);
  if (!parsed.success) throw new CannotRun(firstFaults(`Cannot use the map ${name}`, shapeFaultLines(importMap, parsed.error, 'the map')));
  const map = parsed.data;
  map.events.forEach(({ type, source: own, time: at }, index) => {
    if ((own ?? map.source) === undefined)
      throw new CannotRun(`Cannot use the map ${name}: events.${index} (${type}) has no source, nor has the map`);
    if ((at ?? map.time) === undefined)
      throw new CannotRun(`Cannot use the map ${name}: events.${index} (${type}) has no time, nor has the map`);
  });
  return map;
}
