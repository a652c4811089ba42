import { type ApprovalKey, readApproval } from '../approvals/approval.ts';
import { type ApprovalTerms, changesOf, planApproval } from '../approvals/approvalRules.ts';
import { type ApprovalDeps, openApproval } from '../approvals/approvals.ts';
import { type EvidenceDeps, gatherEvidence } from '../approvals/gatherEvidence.ts';
import type { JsonObject } from '../domain/event.ts';
import type { Flow } from '../domain/flow.ts';
import type { Milestone } from '../domain/milestone.ts';
import { Policies } from '../log/policies.ts';
import type { Approval } from '../wire/approval.ts';
import { failure } from './asFailure.ts';

export interface Opening extends ApprovalKey {
  readonly caseId: string;
  readonly subject: string;
  readonly question: string;
  /** What the event's data is called among the evidence. */
  readonly dataAs: string;
  /** What the rungs below would have done. */
  readonly advice: JsonObject;
  readonly proposed: Approval['proposed'];
  /** The outcome of a rejection. Cases of before 0.2 do not say it. */
  readonly rejected?: string;
  readonly terms: ApprovalTerms;
  readonly policy: string;
  /** RFC 3339. The first opening's counts: a later run takes what is left of its time. */
  readonly openedAt: string;
}

/** What a case needs of its approval, and no more: the answer stands in a history, and evidence, subject and event are for people. */
export type CaseApproval = Pick<Approval, 'id' | 'deadline' | 'default' | 'proposed' | 'verdict'>;

export interface AskedApproval {
  readonly approval: CaseApproval;
  readonly openedAt: string;
  /** Absent where the row is from before 0.2. */
  readonly milestones?: readonly Milestone[];
}

export interface OpenApprovalDeps extends Pick<ApprovalDeps, 'pool' | 'notices'>, Omit<EvidenceDeps, 'policies'> {
  readonly flows: readonly Flow[];
}

/**
 * Asks a person: the approval is a row before anyone can be told of it, with the evidence, the absolute times of its deadline, reminders and escalations,
 * and who may answer.
 *
 * *Retries*: without end, from 100 ms up to 5 s.
 * *Idempotency*: an event's n-th approval is opened once; a later run gets the same one, its deadline and a verdict given meanwhile.
 * *Fails with*: `database-away`; `event-missing` where the log does not hold the event or no flow of this name is known (not retried).
 */
export function createOpenApproval(given: OpenApprovalDeps) {
  const deps = { ...given, policies: new Policies() };
  return async (opening: Opening): Promise<AskedApproval> => {
    const { openedAt, approval, rules } = (await readApproval(deps.pool, opening)) ?? (await open(deps, opening));
    const { id, deadline, default: byDefault, proposed, verdict } = approval;
    const { milestones } = rules;
    return { approval: { id, deadline, default: byDefault, proposed, verdict }, openedAt, ...(milestones === null ? {} : { milestones }) };
  };
}

async function open(deps: OpenApprovalDeps & Pick<EvidenceDeps, 'policies'>, opening: Opening) {
  const { terms, dataAs, advice, openedAt, ...asked } = opening;
  const flow = deps.flows.find(({ name }) => name === opening.flow);
  const gathered = flow === undefined ? null : await gatherEvidence(deps, flow, { ...asked, dataAs, advice });
  if (gathered === null) throw failure('event-missing', `The log ${opening.flow} holds no event at ${opening.eventPosition}`);
  const { deadline, rules } = planApproval(terms, Date.parse(openedAt), gathered.expiresAtMs);
  const own = { ...rules, changes: changesOf(rules.changes, opening.proposed.result) };
  return openApproval(deps, { ...asked, evidence: gathered.evidence, openedAt, deadline, defaultOutcome: terms.default, rules: own });
}
