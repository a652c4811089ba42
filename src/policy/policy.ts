/** A policy is versioned data: its version is made from its content, so it cannot change without a new one. */

import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { OUR_WORDS, shapeFaultLines } from '../domain/shapeFaults.ts';
import { isRead, readPolicyText } from './policyText.ts';

interface PolicyOwner<Policy> {
  readonly name: string;
  readonly policySchema: z.ZodType<Policy>;
}

const VERSION_DIGITS = 12;

/** Throws an Error that says what is wrong and where, where the text is not YAML as policies are written. */
export function policyContent(flow: string, text: string): unknown {
  const read = readPolicyText(text);
  if (isRead(read)) return read.content;
  const wrong = read.map(({ line, column, detail }) => `line ${line}, column ${column}: ${detail}`);
  throw new Error(`Cannot use the policy of ${flow}: ${wrong.join('; ')}`);
}

/** `<flow>@<12 hex digits>` of the content's SHA-256: comments, key order, aliases and layout do not count. */
export function contentVersion(flow: string, content: unknown): string {
  const sorted = stringify(content, { sortMapEntries: true, aliasDuplicateObjects: false });
  return `${flow}@${createHash('sha256').update(sorted).digest('hex').slice(0, VERSION_DIGITS)}`;
}

export function policyVersion(flow: string, text: string): string {
  return contentVersion(flow, policyContent(flow, text));
}

/** Throws an Error that names every wrong field. */
export function parsePolicy<Policy>({ name, policySchema }: PolicyOwner<Policy>, text: string): Policy {
  const parsed = policySchema.safeParse(policyContent(name, text), OUR_WORDS);
  if (parsed.success) return parsed.data;
  throw new Error(`Cannot use the policy of ${name}: ${shapeFaultLines(policySchema, parsed.error, 'policy').join('; ')}`);
}
