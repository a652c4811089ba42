/** Policies of flows: which held when, their texts, and switching one on. */
import { z } from 'zod';
import { POLICY_BYTES_MAX } from '../domain/policyBytesMax.ts';
import { at, saidText } from './fields.ts';
import { filterText, listOf } from './list.ts';

const version = z.string().describe('<flow>@<12 hex digits of its content>');

const activatedPolicy = z.object({
  version,
  position: z.number().int().describe('Of the entry that switched it on: events behind it were folded with it, up to the next one'),
  at,
  origin: z.enum(['build', 'operator']).describe('`build`: it came with the code; an operator’s choice outlives restarts'),
  by: z.string().nullable(),
  note: z.string().nullable(),
  active: z.boolean().describe('Whether it is this activation that holds now'),
});

export const policyList = listOf(activatedPolicy);

export const storedPolicy = activatedPolicy.extend({
  flow: z.string(),
  text: z.string().describe('YAML, as it was given'),
  content: z.unknown().describe('The same, parsed; what is left out has the default of the schema'),
});

export const policyChange = z.object({
  version,
  previous: z.string().nullable().describe('What was active before, or is still'),
  changed: z.boolean().describe('With `dry=true`: whether it would'),
  warnings: z.array(z.object({ pointer: z.string(), detail: z.string() })),
});

const policyDifference = z.object({
  pointer: z.string().describe('JSON pointer into the content; for what is gone, into that of `against`'),
  path: z.array(z.string()).describe('The same for people: an item of a list goes by its name, or as `number 2`'),
  change: z
    .enum(['added', 'removed', 'changed', 'order'])
    .describe('`order`: the same items stand in another order; `from` and `to` are their names'),
  from: z.unknown().optional().describe('Absent: it was not there'),
  to: z.unknown().optional().describe('Absent: it is not there any more'),
  text: z.string().describe('In words'),
  meaning: z.string().nullable().describe('What the changed part is for, where that is known'),
});

/** What a policy changed of another. */
export const policyDiff = z.object({
  flow: z.string(),
  version,
  against: z.string().nullable().describe('Null: it is the first one that the flow had'),
  differences: z.array(policyDifference).describe('None: they have the same content'),
});

export const policyDiffQuery = z.strictObject({
  against: filterText.optional().describe('Another version, or `active`; absent: the one that held before it was switched on last'),
});

/** The text may also be sent alone, as `application/yaml`. */
export const policyRequest = z.strictObject({
  text: z.string().max(POLICY_BYTES_MAX),
  note: saidText(500)
    .refine((note) => !note.includes('\u0000') && !/\p{Cs}/u.test(note), 'must not hold U+0000 or half a surrogate pair')
    .optional()
    .describe('Why'),
});

export const policyText = z.string().max(POLICY_BYTES_MAX).describe('YAML, at most 256 kB');

export const policyQuery = z.strictObject({
  dry: z.enum(['true', 'false']).optional().describe('`true`: only say what is wrong with it, and what it would change'),
});

export type ActivatedPolicy = z.infer<typeof activatedPolicy>;
export type StoredPolicy = z.infer<typeof storedPolicy>;
export type PolicyChange = z.infer<typeof policyChange>;
export type PolicyDiff = z.infer<typeof policyDiff>;
