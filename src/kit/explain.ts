/** Why an outcome did not happen in a flow that took the event: by rung, what had to hold, what was seen, what was needed. Pure. */
import type { Band, Condition, Considered } from '../domain/conditions.ts';
import type { Decision, Rung, RungFinding } from '../domain/decision.ts';
import type { JsonObject } from '../domain/event.ts';
import type { Flow } from '../domain/flow.ts';
import { shownNumber } from '../domain/shownNumber.ts';

export interface DecidedOnce extends Pick<Decision, 'outcome' | 'rung' | 'reasons' | 'score' | 'result' | 'provisional'> {
  readonly rungs: readonly RungFinding[];
}

/** A question to a person, as far as it tells why. */
export interface AskedOnce {
  readonly state: 'open' | 'decided' | 'expired';
  readonly proposed: string;
  readonly rejected: string | null;
  readonly default: string;
  readonly verdict: { readonly verdict: 'approve' | 'reject'; readonly actor: string; readonly reason: string } | null;
}

export interface Taken {
  readonly type: string;
  readonly data: JsonObject;
  /** In order; none while nothing is decided. */
  readonly decisions: readonly DecidedOnce[];
  readonly asked: readonly AskedOnce[];
  readonly policy: unknown;
}

export interface RungWhy {
  readonly rung: Rung;
  /** What it said, in words. */
  readonly said: string;
  readonly conditions: readonly Condition[];
  /** The first that did not hold. */
  readonly first: Condition | null;
}

export interface OutcomeWhy {
  readonly outcome: string;
  readonly happened: boolean;
  readonly rungs: readonly RungWhy[];
  readonly first: Condition | null;
}

const RUNGS: readonly Rung[] = ['rules', 'model', 'llm', 'human', 'default'];

const rungsOf = (policy: unknown): readonly Rung[] => {
  const { rungs } = (policy ?? {}) as { rungs?: readonly { rung: Rung }[] };
  return Array.isArray(rungs) ? rungs.map(({ rung }) => rung) : [];
};

const firstFalse = (conditions: readonly Condition[]): Condition | null => conditions.find(({ met }) => met === false) ?? null;

function consideredOf({ type, data, decisions: [reflex], policy }: Taken): Considered {
  const seen = Object.assign({}, ...(reflex?.rungs ?? []).map(({ seen = {} }) => seen)) as Considered['seen'];
  return { type, data, seen, score: reflex?.score ?? null, result: reflex?.result ?? {}, reasons: reflex?.reasons ?? [], policy };
}

/** The names of outcomes that may be asked about: the flow's, its bands', and what was decided for now. */
export function outcomesOf(flow: Flow, { policy, decisions }: Pick<Taken, 'policy' | 'decisions'>): string[] {
  const bands = flow.conditions?.bands?.(policy) ?? [];
  return [...new Set([...flow.outcomes, ...bands.map(({ outcome }) => outcome), ...decisions.map(({ outcome }) => outcome)])];
}

/** By outcome. */
export function explain(flow: Flow, taken: Taken, outcomes: readonly string[] = outcomesOf(flow, taken)): OutcomeWhy[] {
  const last = taken.decisions.at(-1);
  const said = last === undefined ? {} : (flow.conditions?.of(consideredOf(taken)) ?? {});
  const listed = rungsOf(taken.policy);
  const known = taken.decisions.flatMap(({ rung, rungs }) => [rung, ...rungs.map((finding) => finding.rung)]);
  const rungs = RUNGS.filter((rung) => listed.includes(rung) || known.includes(rung) || rung === 'default');
  return outcomes.map((outcome) => {
    const whys = rungs.flatMap((rung) => whyOf(rung, outcome, { taken, conditions: said[outcome], listed }) ?? []);
    const happened = last?.outcome === outcome;
    // a flow's own conditions are in the order in which its judge asks
    const own = said[outcome] ?? [];
    const inOrder = [...own, ...whys.flatMap(({ conditions }) => conditions.filter((condition) => !own.includes(condition)))];
    return { outcome, happened, rungs: whys, first: happened ? null : firstFalse(inOrder) };
  });
}

interface Asking {
  readonly taken: Taken;
  /** The flow's own; absent: it says none of this outcome. */
  readonly conditions: readonly Condition[] | undefined;
  readonly listed: readonly Rung[];
}

function whyOf(rung: Rung, outcome: string, { taken, conditions, listed }: Asking): RungWhy | null {
  const finding = findingOf(rung, taken);
  if (rung === 'human') return personWhy(outcome, taken);
  if (rung === 'default') return defaultWhy(outcome, taken);
  const own = conditions?.filter((condition) => condition.rung === rung) ?? [];
  const held = own.length > 0 || conditions !== undefined ? own : [saysSo(rung, outcome, finding)];
  if (held.length === 0 && finding === undefined && !listed.includes(rung)) return null;
  const all = rung === 'llm' ? [saysSo(rung, outcome, finding)] : held;
  return { rung, said: saidBy(finding), conditions: all, first: firstFalse(all) };
}

/** The last word of a rung; a decision that keeps no findings says who made it. */
function findingOf(rung: Rung, { decisions }: Taken): RungFinding | undefined {
  const newest = decisions.toReversed();
  const found = newest.flatMap(({ rungs }) => rungs).find((finding) => finding.rung === rung);
  const made = newest.find((decision) => decision.rung === rung);
  return found ?? (made === undefined ? undefined : { rung, outcome: made.outcome, confidence: null, ms: 0 });
}

function saidBy(finding: RungFinding | undefined): string {
  if (finding === undefined) return 'was not asked';
  const { outcome, abstained } = finding;
  if (abstained !== undefined) return outcome === null ? `passed on: ${abstained}` : `would say ${outcome}, and passed on: ${abstained}`;
  return outcome === null ? 'said nothing' : `said ${outcome}`;
}

/** A rung whose grounds the flow does not tell. */
function saysSo(rung: Rung, outcome: string, finding: RungFinding | undefined): Condition {
  const met = finding === undefined ? false : finding.outcome === outcome && finding.abstained === undefined;
  return { rung, name: `${rung}-says`, text: `what the rung ${rung} says`, seen: saidBy(finding), needed: outcome, met };
}

function personWhy(outcome: string, { asked }: Taken): RungWhy {
  const needs = { rung: 'human' as const, name: 'verdict', text: 'the verdict of a person' };
  const conditions = asked.map(({ state, proposed, rejected, verdict }): Condition => {
    const needed = proposed === outcome ? 'approve' : rejected === outcome ? 'reject' : `a question that proposes ${outcome}`;
    const seen = state === 'open' ? 'still open' : verdict === null ? state : `${verdict.verdict} by ${verdict.actor}: ${verdict.reason}`;
    const answered = state === 'decided' && verdict !== null ? verdict.verdict === needed : false;
    return { ...needs, seen, needed, met: state === 'open' ? null : answered };
  });
  const all = conditions.length > 0 ? conditions : [{ ...needs, seen: 'nobody was asked', needed: `a verdict for ${outcome}`, met: false }];
  return { rung: 'human', said: asked.length === 0 ? 'was not asked' : String(all.at(-1)?.seen), conditions: all, first: firstFalse(all) };
}

function defaultWhy(outcome: string, { policy, asked, decisions }: Taken): RungWhy | null {
  const { approvals } = (policy ?? {}) as { approvals?: { default?: unknown } };
  const last = asked.at(-1)?.default ?? (typeof approvals?.default === 'string' ? approvals.default : null);
  if (last === null) return null;
  const took = decisions.at(-1)?.rung === 'default';
  const is: Condition = {
    ...{
      rung: 'default',
      name: 'default',
      text: 'what the policy takes where nobody answers',
      seen: last,
      needed: outcome,
      met: last === outcome,
    },
  };
  const comes: Condition = {
    ...{ rung: 'default', name: 'unanswered', text: 'whether nobody answered by the deadline', seen: took, needed: 'nobody', met: took },
  };
  return { rung: 'default', said: took ? `was taken: ${last}` : 'was not taken', conditions: [is, comes], first: firstFalse([is, comes]) };
}

/** The nearest change by which the reflex would have said something else: the outcome that lacks the fewest conditions, all of them numbers. */
export function flipOf(flow: Flow, taken: Taken): { outcome: string; text: string; conditions: readonly Condition[] } | null {
  const [reflex] = taken.decisions;
  const said = reflex === undefined ? {} : (flow.conditions?.of(consideredOf(taken)) ?? {});
  const near = Object.entries(said)
    .filter(([outcome]) => outcome !== reflex?.outcome)
    .map(([outcome, conditions]) => ({ outcome, unmet: conditions.filter(({ met }) => met !== true) }))
    .filter(({ unmet }) => unmet.length > 0 && unmet.every(({ limit, met }) => limit !== undefined && met === false))
    .sort((one, other) => one.unmet.length - other.unmet.length || farness(one.unmet) - farness(other.unmet));
  const [nearest] = near;
  if (nearest === undefined) return null;
  const changes = nearest.unmet.map(({ text, seen, needed }) => `${text} were ${needed} (it is ${shownNumber(Number(seen))})`);
  return { outcome: nearest.outcome, text: `It would be ${nearest.outcome} if ${changes.join(', and ')}`, conditions: nearest.unmet };
}

/** How far numbers are from their limits, as shares of these. */
const farness = (conditions: readonly Condition[]): number =>
  conditions.reduce((sum, { seen, limit = 0 }) => sum + Math.abs(Number(seen) - limit) / Math.max(1e-9, Math.abs(limit)), 0);

export function bandsOf(flow: Flow, policy: unknown): readonly Band[] {
  return flow.conditions?.bands?.(policy) ?? [];
}
