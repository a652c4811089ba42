/** What holds for an approval from its opening on, whatever its policy says later: who may answer, how many, and when what happens. */

import type { Milestone } from '../domain/milestone.ts';
import { addBusinessSeconds } from '../kit/businessTime.ts';
import type { ApprovalsPolicy, ChangeRule, Pool } from '../policy/approvalsPolicy.ts';

/** A policy's approvals. Those that cases of before 0.2 began with lack what came later. */
export type ApprovalTerms = Pick<ApprovalsPolicy, 'deadlineSeconds' | 'remindersSeconds' | 'escalation' | 'default' | 'bySignal'> &
  Partial<ApprovalsPolicy>;

export interface ApprovalRules {
  /** With keys: whether a bare signal, whose actor is unproven, counts as a verdict. */
  readonly bySignal: boolean;
  /** Different actors who must approve. */
  readonly needed: number;
  /** Who sent the event may not give a verdict on it. */
  readonly notSelf: boolean;
  /** The pool that is asked first; null: everyone who may give verdicts. */
  readonly ask: string | null;
  /** Those that are asked now or later. */
  readonly pools: Readonly<Record<string, Pool>>;
  /** Fields of the proposed result that an approval may change, and how far. */
  readonly changes: Readonly<Record<string, ChangeRule>>;
  /** In order of time, all before the deadline. Null: opened before 0.2, when the case alone knew them. */
  readonly milestones: readonly Milestone[] | null;
}

/** Everyone may answer, once, and change nothing: what rows hold that say no more. */
export const OPEN_TO_ALL: ApprovalRules = {
  bySignal: false,
  needed: 1,
  notSelf: false,
  ask: null,
  pools: {},
  changes: {},
  milestones: null,
};

/**
 * How it is known who answers. `key`: a key with its roles. `link`: the link in a mail, which only somebody who was asked got. `nobody`: with auth off
 * or by a bare signal there is no proof, and nothing can be held against it.
 */
export type Proof = { readonly by: 'key'; readonly roles: readonly string[] } | { readonly by: 'link' } | { readonly by: 'nobody' };

export interface ApprovalPlan {
  /** RFC 3339, as are the milestones' times. */
  readonly deadline: string;
  readonly rules: ApprovalRules;
}

/** `expiresMs`: when the event is of no use any more. All relative times of the terms become absolute, in the calendar's hours. */
export function planApproval(terms: ApprovalTerms, openedMs: number, expiresMs: number | null): ApprovalPlan {
  const { calendar, escalation, ask = null, bySignal, needed = 1, notSelf = false, changes = {} } = terms;
  const after = (seconds: number): string => new Date(addBusinessSeconds(openedMs, seconds, calendar)).toISOString();
  const full = after(terms.deadlineSeconds);
  const deadline = expiresMs !== null && expiresMs < Date.parse(full) ? new Date(expiresMs).toISOString() : full;
  const reminders = terms.remindersSeconds.map((seconds, nth): Milestone => ({ kind: 'reminder', nth, at: after(seconds) }));
  const steps = escalation.map(({ afterSeconds, to }, nth): Milestone => ({ kind: 'escalation', nth, at: after(afterSeconds), to }));
  const milestones = [...reminders, ...steps].filter(({ at }) => at < deadline).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const named = new Set([...(ask === null ? [] : [ask]), ...escalation.map(({ to }) => to)]);
  const pools = Object.fromEntries(Object.entries(terms.pools ?? {}).filter(([name]) => named.has(name)));
  return { deadline, rules: { bySignal, needed, notSelf, ask, pools, changes, milestones } };
}

/** What may be changed of this very proposal: shares of a number become its ends. */
export function changesOf(changes: ApprovalRules['changes'], proposed: Readonly<Record<string, unknown>>): ApprovalRules['changes'] {
  const fixed = (field: string, rule: ChangeRule): ChangeRule => {
    const value = Object.hasOwn(proposed, field) ? proposed[field] : undefined;
    if (rule.type !== 'number' || rule.share === undefined || typeof value !== 'number') return rule;
    const { min, max, share } = rule;
    const far = Math.abs(value) * share;
    return { type: 'number', min: Math.max(min, value - far), max: Math.min(max, value + far) };
  };
  return Object.fromEntries(Object.entries(changes).map(([field, rule]) => [field, fixed(field, rule)]));
}

/** The names of the pools that are asked by then: the first one, and those that an escalation has added. Due by its time, whoever noted it. */
export function askedBy({ ask, milestones }: ApprovalRules, atMs: number): string[] {
  const due = (milestones ?? []).flatMap(({ to, at }) => (to === undefined || Date.parse(at) > atMs ? [] : [to]));
  return [...new Set([...(ask === null ? [] : [ask]), ...due])];
}

/** Whether a holder of the roles is among those who are asked by then. */
export function mayAnswer(rules: ApprovalRules, roles: readonly string[], atMs: number): boolean {
  if (rules.ask === null) return true;
  return askedBy(rules, atMs).some((name) => {
    const pool = rules.pools[name];
    return pool !== undefined && holds(pool, roles);
  });
}

/** Whether a holder of the roles is among those who are asked now or will be. */
export const trusts = (rules: ApprovalRules, roles: readonly string[]): boolean =>
  rules.ask === null || Object.values(rules.pools).some((pool) => holds(pool, roles));

const holds = ({ roles: wanted }: Pool, roles: readonly string[]): boolean =>
  wanted.length === 0 || wanted.some((role) => roles.includes(role));

/** Whether a verdict counts though nobody has proven who gives it: never where it matters who that is. */
export function takesUnproven({ bySignal, needed, notSelf, ask, pools }: ApprovalRules): boolean {
  return bySignal && needed === 1 && !notSelf && (ask === null || pools[ask]?.roles.length === 0);
}
