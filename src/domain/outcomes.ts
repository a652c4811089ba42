/** What decisions are held against, and the event by which anyone may say of any flow's decision what turned out to be true. */
import { z } from 'zod';
import type { JsonObject } from './event.ts';
import type { FlowOutcomes } from './flow/flowOutcomes.ts';
import type { Flow } from './flow.ts';
import { type Place, parseId } from './ids.ts';

/** Taken for every flow, by the log of the flow that it names. No flow may have a type of this name. */
export const DECISION_OUTCOME = 'decision.outcome';

const BUSINESS_KEY_CHARS_MAX = 512;
const TEXT_CHARS_MAX = 4096;
const text = z.string().min(1).max(TEXT_CHARS_MAX);

/** It names what it is about in one of three ways. Unknown fields are kept. */
export const decisionOutcome = z
  .looseObject({
    truth: text.describe('One of the truths that the flow declares; of a flow that declares none, one of its outcomes'),
    decision: text.optional().describe('`dec_...`'),
    event: text.optional().describe('`evt_...`: its final decision, made or to come'),
    flow: text.optional().describe('With `subject` and `key`'),
    subject: text.optional(),
    key: z.string().min(1).max(BUSINESS_KEY_CHARS_MAX).optional().describe("The flow's business key of the event that was decided"),
  })
  .superRefine(({ decision, event, flow, subject, key }, context) => {
    const byKey = [flow, subject, key].filter((part) => part !== undefined).length;
    const ways = [decision, event].filter((way) => way !== undefined).length + (byKey > 0 ? 1 : 0);
    if (ways !== 1) context.addIssue({ code: 'custom', path: [], message: 'must name a decision, an event, or flow, subject and key' });
    else if (byKey > 0 && byKey < 3)
      context.addIssue({ code: 'custom', path: [], message: 'must name flow, subject and key where it names one of them' });
  });

/** `revision`: of the decision that was named; null where the event was. */
export type OutcomeTarget =
  | { readonly by: 'event'; readonly place: Place; readonly revision: number | null }
  | { readonly by: 'key'; readonly flow: string; readonly subject: string; readonly key: string };

/** Of data that the schema took; null where an id is none. */
export function outcomeTarget({ decision, event, flow, subject, key }: JsonObject): OutcomeTarget | null {
  if (decision === undefined && event === undefined) return { by: 'key', flow: String(flow), subject: String(subject), key: String(key) };
  const place = decision === undefined ? parseId('evt', String(event)) : parseId('dec', String(decision));
  if (place === null) return null;
  if (place.tail === null) return { by: 'event', place, revision: null };
  return /^\d{1,4}$/.test(place.tail) ? { by: 'event', place, revision: Number(place.tail) } : null;
}

/** What can turn out to be true, and which outcomes were then right. */
export interface Judging {
  readonly truths: readonly string[];
  readonly claims: Readonly<Record<string, string>>;
  readonly positive: string | null;
  readonly silence: FlowOutcomes['silence'] | null;
}

/** A flow that declares no labels is told which of its outcomes would have been right. */
export function judgingOf({ labels, outcomes }: Pick<Flow, 'labels' | 'outcomes'>): Judging {
  if (labels === undefined)
    return { truths: outcomes, claims: Object.fromEntries(outcomes.map((outcome) => [outcome, outcome])), positive: null, silence: null };
  const { truths, claims, positive, silence = null } = labels;
  return { truths, claims, positive, silence };
}

/** A key that the flow gives for an event or a label is left out when it is none: too long, empty. */
export const isBusinessKey = (key: string): boolean => key !== '' && key.length <= BUSINESS_KEY_CHARS_MAX;
