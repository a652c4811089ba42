/** Questions to people, and what people answer. */
import { z } from 'zod';
import type { Verdict } from '../domain/verdict.ts';
import { eventRef } from './eventRef.ts';
import { at, details, id, jsonObject, links, saidText } from './fields.ts';
import { filterText, listOf, listParameters } from './list.ts';

const APPROVAL_STATES = ['open', 'decided', 'expired'] as const;

const verdict = z.object({
  verdict: z.enum(['approve', 'reject']),
  actor: z.string(),
  reason: z.string(),
  changes: jsonObject.exactOptional(),
  at,
  via: z.enum(['http', 'cli', 'signal', 'mail', 'default']),
}) satisfies z.ZodType<Verdict>;

/** One actor's verdict, and what they saw. */
const vote = verdict.extend({
  via: z.enum(['http', 'cli', 'signal', 'mail']),
  version: z.number().int().describe('The version that was answered'),
  shown: z.string().describe('SHA-256 (hex) of the question, proposal and evidence that were shown'),
});

/** A reviewer asks for more; the deadline goes on. */
export const furtherQuestion = z.object({
  n: z.number().int().describe('From 1'),
  question: z.string(),
  askedBy: z.string(),
  askedAt: at,
  answer: z.string().nullable(),
  answeredBy: z.string().nullable(),
  answeredAt: at.nullable(),
});

/** Whom an approval is given to. */
const receiver = z.union([
  z.strictObject({ person: saidText(254).describe('The name of a key, or a mail address of a pool') }),
  z.strictObject({ role: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be lower case letters, digits and dashes') }),
]);

const handed = z.object({
  n: z.int().describe('From 1'),
  to: receiver,
  by: z.string(),
  reason: z.string(),
  at,
});

export const approval = z.object({
  id: id('apr'),
  state: z.enum(APPROVAL_STATES),
  flow: z.string(),
  subject: z.string(),
  event: eventRef,
  question: z.string(),
  evidence: jsonObject,
  proposed: z.object({ outcome: z.string(), result: jsonObject }),
  rejected: z.string().nullable().describe('The outcome of a rejection; null where the case did not say it'),
  deadline: at,
  default: z.string(),
  verdict: verdict.nullable(),
  needed: z.number().int().describe('Different actors who must approve; one rejection decides'),
  votes: z.array(vote).describe('The votes so far'),
  asked: z.array(z.string()).describe('The pools that are asked by now; none: everyone who may give verdicts'),
  claim: z.object({ by: z.string(), until: at }).nullable().describe('Who works on it: until then no verdict of others is taken'),
  questions: z.array(furtherQuestion),
  handed: handed.nullable().describe('Whom it was handed on to last: they are asked too; the timeline has all'),
  form: jsonObject.nullable().describe('JSON Schema of the `changes` that an approval may carry; null: none'),
  links,
});

export const approvalList = listOf(approval);

const reason = saidText(2000);

/** Anything that is not asked for is refused, so that nobody thinks it counted. */
export const verdictRequest = z.strictObject({ verdict: z.enum(['approve', 'reject']), reason, changes: details.optional() });

/** The same as the page behind a link sends it. */
export const verdictForm = z
  .object({ verdict: z.enum(['approve', 'reject']), reason })
  .catchall(z.string())
  .describe('Further fields are `change.<name>`, one for each change of the proposed result');

export const questionRequest = z.strictObject({ question: saidText(2000) });
export const answerRequest = z.strictObject({ answer: saidText(4000) });

export const handOnRequest = z.strictObject({ to: receiver, reason });

/** Whom an approval may be handed on to by who asks. */
export const receivers = z.object({ people: z.array(z.string()), roles: z.array(z.string()) });

export const approvalsQuery = z.strictObject({
  ...listParameters,
  state: z
    .enum([...APPROVAL_STATES, 'all'])
    .optional()
    .describe('`open` unless told'),
  flow: filterText.optional(),
  handed: z.literal('me').optional().describe('`me`: those that were handed on to the caller, or to a role of theirs'),
});

export type Vote = z.infer<typeof vote>;
export type FurtherQuestion = z.infer<typeof furtherQuestion>;
export type Approval = z.infer<typeof approval>;
export type Handed = z.infer<typeof handed>;
export type ReceiversOf = z.infer<typeof receivers>;
