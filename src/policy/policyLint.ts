/**
 * A policy's text against the flow that it is for: every wrong field with its line and column, and what only the whole can be wrong about.
 * What it finds nothing wrong with can be activated.
 */

import type { z } from 'zod';
import type { FieldError } from '../domain/errors.ts';
import type { Flow } from '../domain/flow.ts';
import { jsonPointer } from '../domain/jsonPointer.ts';
import { didYouMean } from '../domain/nearest.ts';
import { schemaKeys } from '../domain/schemaKeys.ts';
import { OUR_WORDS } from '../domain/shapeFaults.ts';
import { contentVersion } from './policy.ts';
import { type Misfit, policyFits } from './policyFits.ts';
import { isRead, nodeAt, placeAt, type ReadText, readPolicyText, type TextFault, type TextPlace } from './policyText.ts';

export interface PolicyFault extends TextFault {
  /** JSON pointer to the field; empty where the text as such is wrong. */
  readonly pointer: string;
}

export interface PolicyLint {
  /** Null where something is wrong. */
  readonly version: string | null;
  readonly errors: readonly PolicyFault[];
  readonly warnings: readonly PolicyFault[];
}

const FAULTS_MAX = 50;
const POINTER_CHARS_MAX = 200;

export function lintPolicy(flow: Pick<Flow, 'name' | 'types' | 'follows' | 'policySchema' | 'briefing'>, text: string): PolicyLint {
  const read = readPolicyText(text);
  if (!isRead(read)) return refused(read.map((fault) => ({ pointer: '', ...fault })));
  const parsed = flow.policySchema.safeParse(read.content, OUR_WORDS);
  if (!parsed.success) return refused(parsed.error.issues.flatMap((issue) => faultsOf(read, flow.policySchema, issue)));
  const { errors, warnings } = policyFits(flow, parsed.data);
  const placed = (misfit: Misfit): PolicyFault => ({
    pointer: pointerOf(misfit.path),
    ...placeOfMisfit(read, misfit),
    detail: misfit.detail,
  });
  if (errors.length > 0) return { ...refused(errors.map(placed)), warnings: warnings.map(placed).slice(0, FAULTS_MAX) };
  return { version: contentVersion(flow.name, read.content), errors: [], warnings: warnings.map(placed).slice(0, FAULTS_MAX) };
}

/** A fault of a text that `lintPolicy` has passed. */
export function faultAt(text: string, path: readonly PropertyKey[], detail: string): PolicyFault {
  const read = readPolicyText(text);
  return { pointer: pointerOf(path), ...(isRead(read) ? placeOf(read, path) : { line: 1, column: 1 }), detail };
}

/** As problems and reports have them. */
export function asFieldError({ pointer, line, column, detail }: PolicyFault): FieldError {
  return { pointer, detail: `line ${line}, column ${column}: ${detail}` };
}

/** In the order of the text. */
function refused(faults: readonly PolicyFault[]): PolicyLint {
  const errors = [...faults].sort((a, b) => a.line - b.line || a.column - b.column);
  const hidden = errors.length - FAULTS_MAX;
  const more = hidden > 0 ? [{ pointer: '', line: 1, column: 1, detail: `${hidden} more are wrong` }] : [];
  return { version: null, errors: [...errors.slice(0, FAULTS_MAX), ...more], warnings: [] };
}

function pointerOf(path: readonly PropertyKey[]): string {
  const pointer = jsonPointer(path);
  return pointer.length > POINTER_CHARS_MAX ? `${pointer.slice(0, POINTER_CHARS_MAX)}...` : pointer;
}

function placeOf({ text, document }: ReadText, path: readonly PropertyKey[], key = false): TextPlace {
  return placeAt(text, nodeAt(document, path, { key })?.range?.[0] ?? 0);
}

function faultsOf(read: ReadText, schema: z.ZodType, issue: z.core.$ZodIssue): PolicyFault[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const to = [...path, key];
      return { pointer: pointerOf(to), ...placeOf(read, to, true), detail: `is unknown here${didYouMean(key, schemaKeys(schema, path))}` };
    });
  if (issue.code === 'invalid_key')
    return [{ pointer: pointerOf(path), ...placeOf(read, path, true), detail: issue.issues.map(({ message }) => message).join('; ') }];
  if (isMissing(read.content, path)) return [{ pointer: pointerOf(path), ...placeOf(read, path.slice(0, -1), true), detail: 'is missing' }];
  return [{ pointer: pointerOf(path), ...placeOf(read, path), detail: issue.message }];
}

/** Whether the last step leads nowhere, from something that is there. */
function isMissing(content: unknown, path: readonly PropertyKey[]): boolean {
  if (path.length === 0) return false;
  const outer = path.slice(0, -1).reduce<unknown>((inside, step) => stepInto(inside, step), content);
  return typeof outer === 'object' && outer !== null && !Object.hasOwn(outer, path.at(-1) as PropertyKey);
}

function stepInto(inside: unknown, step: PropertyKey): unknown {
  return typeof inside === 'object' && inside !== null && Object.hasOwn(inside, step)
    ? (inside as Record<PropertyKey, unknown>)[step]
    : undefined;
}

/** Inside a text, the words that are wrong, where they stand there as they are. */
function placeOfMisfit(read: ReadText, { path, words, key }: Misfit): TextPlace {
  const [start = 0, end = 0] = nodeAt(read.document, path)?.range ?? [];
  const at = words === undefined ? -1 : read.text.indexOf(words, start);
  return at >= 0 && at < end ? placeAt(read.text, at) : placeOf(read, path, key);
}
