/** The actions that a policy lets follow from a decision, by its outcome and by who made it. */
import type { ActionPolicy, LadderPolicy } from './ladderPolicy.ts';

/** Of a decision: the reflex's own, or one that its case made. */
export type DecidedBy = 'reflex' | 'case';

/** What follows at once, in the order of taking. A flow's policy need not have any. */
export function followingActions(policy: unknown, outcome: string, by: DecidedBy): readonly ActionPolicy[] {
  return declared(policy).filter(({ on, from, when }) => on === outcome && follows(from, by) && when !== 'asked');
}

/** What may follow when the story of the event asks for it by this name; null where the policy has no such action. */
export function askedAction(policy: unknown, asked: { outcome: string; by: DecidedBy; name: string }): ActionPolicy | null {
  const { outcome, by, name } = asked;
  return declared(policy).find((one) => one.name === name && one.on === outcome && follows(one.from, by) && one.when === 'asked') ?? null;
}

/** The outcomes that actions follow where the reflex decides. */
export function reflexActsOn(policy: unknown): string[] {
  const acting = declared(policy).filter(({ from, when }) => follows(from, 'reflex') && when !== 'asked');
  return [...new Set(acting.map(({ on }) => on))];
}

/** A text that no schema has read may lack it: actions follow from decisions of cases unless told. */
const follows = (from: ActionPolicy['from'] | undefined, by: DecidedBy): boolean => from === 'any' || (from ?? 'case') === by;

/** All of them, whatever they follow. */
export const declaredActions = (policy: unknown): readonly Pick<ActionPolicy, 'name' | 'on'>[] => declared(policy);

function declared(policy: unknown): readonly ActionPolicy[] {
  const { actions } = (policy ?? {}) as Partial<LadderPolicy>;
  return Array.isArray(actions) ? actions : [];
}
