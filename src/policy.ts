/** A policy is versioned data: its version is made from its content, so it cannot change without a new one. */
import { createHash } from 'node:crypto';
import { parse, stringify } from 'yaml';
import type { z } from 'zod';

interface PolicyOwner<Policy> {
  readonly name: string;
  readonly policySchema: z.ZodType<Policy>;
}

const VERSION_DIGITS = 12;

/** `<flow>@<12 hex digits>` of the content's SHA-256: comments, key order and layout do not count. */
export function policyVersion(flow: string, text: string): string {
  const content = stringify(parse(text), { sortMapEntries: true });
  return `${flow}@${createHash('sha256').update(content).digest('hex').slice(0, VERSION_DIGITS)}`;
}

/** Throws an Error that names every wrong field. */
export function parsePolicy<Policy>({ name, policySchema }: PolicyOwner<Policy>, text: string): Policy {
  const parsed = policySchema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'policy'}: ${issue.message}`);
  throw new Error(`Cannot use the policy of ${name}: ${wrong.join('; ')}`);
}
