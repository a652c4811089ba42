/** The part of the ladder that a reflex climbs: rules and a model, at once. */
import type { DecisionDraft, Reason, Rung } from '../domain/decision.ts';
import type { Json } from '../domain/event.ts';
import { beginClimb, decisionOf, doubtOf, next, overrule, type Said } from './climb.ts';

export interface QuickRungs {
  /** Reasons to ask a person, none where no rule applies; or what the rules decide by themselves. */
  rules?(): readonly Reason[] | Said;
  model?(): Said;
  /** Reasons against what a rung has decided: limits, which no model may pass by itself. */
  guards?(outcome: string): readonly Reason[];
  /** The provisional outcome where nobody here decides. */
  readonly doubt: string;
  readonly result?: Readonly<Record<string, unknown>>;
  /** What conditions are held against and nothing else keeps: numbers and codes, kept with what the rules said. */
  readonly seen?: Readonly<Record<string, Json>>;
  /** Of the event, whoever decides. */
  readonly notes?: readonly Reason[];
}

/** A final decision, or a provisional one where a case is to go on. `rungs` are the policy's, in its order. */
export function climbNow(rungs: readonly { readonly rung: Rung }[], quick: QuickRungs): DecisionDraft {
  const { doubt, result = {}, notes = [], seen } = quick;
  const listed = rungs.map(({ rung }) => rung).filter((rung) => rung === 'rules' || rung === 'model');
  const asksPerson = (reasons: readonly Reason[]): Said => ({ outcome: doubt, confidence: 1, asksPerson: true, reasons });
  let climb = beginClimb(listed, { findings: [], reasons: notes, score: null, result });
  for (const rung of listed) {
    climb = next(climb, rung === 'rules' ? withSeen(ruled(quick, asksPerson), seen) : (quick.model?.() ?? NO_MODEL));
    const outcome = climb.decided?.outcome ?? null;
    const against = outcome === null ? [] : (quick.guards?.(outcome) ?? []);
    if (against.length > 0) climb = overrule(climb, withSeen(asksPerson(against), seen));
    if (climb.decided !== null) break;
  }
  return decisionOf(climb) ?? doubtOf(climb, doubt);
}

const withSeen = (said: Said, seen: QuickRungs['seen']): Said => (seen === undefined ? said : { seen, ...said });

const NO_RULE: Said = { outcome: null, confidence: null, abstains: 'no rule applies' };
const NO_MODEL: Said = { outcome: null, confidence: null, abstains: 'the flow has no model' };

function ruled({ rules }: QuickRungs, asksPerson: (reasons: readonly Reason[]) => Said): Said {
  const said = rules?.() ?? [];
  if ('outcome' in said) return said;
  return said.length === 0 ? NO_RULE : asksPerson(said);
}

/** What a rule decides by itself, where nobody else is asked. */
export function byRules(outcome: string, reasons: readonly Reason[]): DecisionDraft {
  return climbNow([{ rung: 'rules' }], { rules: () => ({ outcome, confidence: 1, reasons }), doubt: outcome });
}
