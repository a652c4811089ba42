/** A difference of two policies, as its reader says it. */
import { span } from '../domain/span.ts';
import type { PolicyDifference } from './policyDiff.ts';

const VALUE_CHARS_MAX = 300;
const INDEX = /^\d+$/;

/** What a part of a policy is for, by its pointer; `*` stands for any one member. The nearest that holds a change tells of it. */
export const PARTS: Readonly<Record<string, string>> = {
  '/runningCases': 'whether cases that run follow a new policy',
  '/rungs': 'who is asked, in this order',
  '/rungs/*/decides': 'whether the LLM decides or only advises',
  '/rungs/*/record': 'what an LLM must have shown before it should decide',
  '/rungs/*/outcomes': 'what the LLM may decide alone',
  '/rungs/*/decideFrom': 'how sure an answer must be to decide',
  '/rungs/*/limits': 'above what the LLM only proposes',
  '/rungs/*/strangersCharsMax': 'how much strangers may have written where the LLM still decides',
  '/rungs/*/deadlineSeconds': 'how long the rung has',
  '/rungs/*/budget': 'what LLMs may cost',
  '/prompts': 'what the LLM is told',
  '/approvals/deadlineSeconds': 'how long people have to answer',
  '/approvals/remindersSeconds': 'when people are reminded',
  '/approvals/escalation': 'who else is asked, and when',
  '/approvals/default': 'what holds if nobody answers',
  '/approvals/needed': 'how many must approve',
  '/approvals/notSelf': 'whether senders may judge what they sent',
  '/approvals/ask': 'who is asked first',
  '/approvals/pools': 'who may be asked, and how they are told',
  '/approvals/calendar': 'in which hours deadlines count',
  '/approvals/changes': 'what an approval may change',
  '/approvals/bySignal': 'whether an unproven signal counts as a verdict',
  '/actions': 'what follows from an outcome',
  '/actions/*/limit': 'above what an action waits for a person',
  '/actions/*/undo': 'how it is taken back',
  '/drift': 'how far data may move before it is told',
};

/** What the changed part is for; null where that is not known. */
export function meaningOf({ pointer }: Pick<PolicyDifference, 'pointer'>): string | null {
  const keys = pointer.split('/').slice(1);
  for (let length = keys.length; length > 0; length -= 1) {
    const part = keys.slice(0, length).map((key) => (INDEX.test(key) ? '*' : key));
    const known = PARTS[`/${part.join('/')}`];
    if (known !== undefined) return known;
  }
  return null;
}

/** One line for most; a longer text is shown by its lines that changed. */
export function differenceText({ pointer, change, from, to }: PolicyDifference): string {
  const shown = (value: unknown): string => shownValue(value, unitOf(pointer));
  if (change === 'removed') return `is gone; it was ${shown(from)}`;
  if (change === 'added') return `is new: ${shown(to)}`;
  if (change === 'order') return `stand in another order: ${(to as string[]).join(', ')}`;
  if (typeof from === 'number' && typeof to === 'number') return `${to > from ? 'rose' : 'fell'} from ${shown(from)} to ${shown(to)}`;
  if (typeof from === 'string' && typeof to === 'string' && (from.includes('\n') || to.includes('\n')))
    return ['says something else:', ...changedLines(from, to)].join('\n');
  return `was ${shown(from)} and is ${shown(to)}`;
}

/** By the name of the field, or of the list that it stands in. */
function unitOf(pointer: string): 'seconds' | 'ms' | 'usd' | null {
  const field = pointer.split('/').findLast((key) => !INDEX.test(key)) ?? '';
  if (/seconds$/i.test(field)) return 'seconds';
  if (/[a-z]Ms$/.test(field)) return 'ms';
  return /^usd|Usd/.test(field) ? 'usd' : null;
}

/** Exact, as it stands in the file, with what that is in larger units. */
function shownValue(value: unknown, unit: ReturnType<typeof unitOf>): string {
  if (typeof value === 'number') {
    if (unit === 'usd') return `$${value}`;
    if (unit === null) return String(value);
    const text = `${value} ${unit === 'ms' ? 'ms' : 's'}`;
    const larger = span(unit === 'ms' ? value : value * 1000);
    return text === larger ? text : `${text} (${larger})`;
  }
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'number'))
    return value.map((one) => shownValue(one, unit)).join(', ');
  const text = typeof value === 'string' ? `“${value}”` : (JSON.stringify(value) ?? 'nothing');
  return text.length > VALUE_CHARS_MAX ? `${text.slice(0, VALUE_CHARS_MAX)}…` : text;
}

/** From the first line that differs to the last. */
function changedLines(from: string, to: string): string[] {
  const [before, after] = [from.split('\n'), to.split('\n')];
  const shortest = Math.min(before.length, after.length);
  let same = 0;
  while (same < shortest && before[same] === after[same]) same += 1;
  let sameAtEnd = 0;
  while (sameAtEnd < shortest - same && before.at(-1 - sameAtEnd) === after.at(-1 - sameAtEnd)) sameAtEnd += 1;
  const middle = (lines: string[]): string[] => lines.slice(same, lines.length - sameAtEnd);
  return [...middle(before).map((line) => `- ${line}`), ...middle(after).map((line) => `+ ${line}`)];
}
