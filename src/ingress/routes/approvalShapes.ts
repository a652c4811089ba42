/** The shapes of questions to people, as shapes.ts has the others. */
import { z } from 'zod';
import { filterText, listParameters } from '../http/listQuery.ts';
import { at, details, eventRef, id, listOf } from './shapes.ts';

const verdict = z.object({
  verdict: z.enum(['approve', 'reject']),
  actor: z.string(),
  reason: z.string(),
  changes: details.optional(),
  at,
  via: z.enum(['http', 'cli', 'signal', 'mail', 'default']),
});

const vote = verdict.extend({
  via: z.enum(['http', 'cli', 'signal', 'mail']),
  version: z.number().int().describe('The version that was answered'),
  shown: z.string().describe('SHA-256 (hex) of the question, proposal and evidence that were shown'),
});

export const furtherQuestion = z.object({
  n: z.number().int().describe('From 1'),
  question: z.string(),
  askedBy: z.string(),
  askedAt: at,
  answer: z.string().nullable(),
  answeredBy: z.string().nullable(),
  answeredAt: at.nullable(),
});

export const approval = z.object({
  id: id('apr'),
  state: z.enum(['open', 'decided', 'expired']),
  flow: z.string(),
  subject: z.string(),
  event: eventRef,
  question: z.string(),
  evidence: details,
  proposed: z.object({ outcome: z.string(), result: details }),
  deadline: at,
  default: z.string(),
  verdict: verdict.nullable(),
  needed: z.number().int().describe('Different actors who must approve; one rejection decides'),
  votes: z.array(vote).describe('The votes so far'),
  asked: z.array(z.string()).describe('The pools that are asked by now; none: everyone who may give verdicts'),
  claim: z.object({ by: z.string(), until: at }).nullable().describe('Who works on it: until then no verdict of others is taken'),
  questions: z.array(furtherQuestion),
  form: details.nullable().describe('JSON Schema of the `changes` that an approval may carry; null: none'),
  links: z.record(z.string(), z.string()),
});

export const approvalList = listOf(approval);

/** What a person sends: anything that is not asked for is refused, so that nobody thinks it counted. */
export const verdictRequest = z.strictObject({
  verdict: z.enum(['approve', 'reject']),
  reason: z.string().trim().min(1).max(2000),
  changes: details.optional(),
});

export const questionRequest = z.strictObject({ question: z.string().trim().min(1).max(2000) });
export const answerRequest = z.strictObject({ answer: z.string().trim().min(1).max(4000) });

export const approvalsQuery = z.strictObject({
  ...listParameters,
  state: z.enum(['open', 'decided', 'expired', 'all']).optional().describe('`open` unless told'),
  flow: filterText.optional(),
});
