/** A payment that the reflex could not decide: a person is asked, the default holds if nobody answers, the card's processor is told. */
import type { DecisionDraft, Reason } from '../../decision.ts';
import type { JsonObject } from '../../event.ts';
import type { LoadedEvent } from '../../log/loadEvents.ts';
import { type Answer, askPerson } from '../../workflows/askPerson.ts';
import type { CaseRun } from '../../workflows/caseRun.ts';
import { climb, type LadderRung } from '../../workflows/ladder.ts';
import { type Handling, runCase } from '../../workflows/runCase.ts';
import { takeActions } from '../../workflows/takeActions.ts';
import type { FraudPolicy } from './policy.ts';

/** What a case reads of the policy. */
type CasePolicy = Pick<FraudPolicy, 'approvals' | 'actions'>;

type Payment = LoadedEvent & { content: CasePolicy };

/** Payments of one card are reviewed at the same time, each by itself; the rest wait. */
export const reviewing: Handling = { handle: reviewPayment, batchMax: 1, storiesMax: 50 };

export async function fraudCase(input: unknown): Promise<void> {
  await runCase(input, reviewing);
}

async function reviewPayment(run: CaseRun, positions: number[]): Promise<void> {
  const [payment] = await run.load<CasePolicy>(positions);
  if (payment === undefined) return;
  const { position } = payment.event;
  if (payment.expired) {
    await run.end({ position, ending: 'expired' });
    return;
  }
  // decided by a run that ended before its actions did
  const decided = payment.final === null ? await decide(run, payment) : await run.end({ position, ending: 'case' });
  await takeActions(run, decided);
}

async function decide(run: CaseRun, payment: Payment) {
  const { position } = payment.event;
  run.stage(position, { state: 'deciding' });
  const draft = await climb([reviewer(run, payment)], payment.rungs);
  // a list; in histories that were recorded before 0.2, a map
  const declared: unknown = payment.content.actions;
  const actions = Array.isArray(declared)
    ? payment.content.actions.filter(({ on }) => on === draft.outcome).map(({ name }) => name)
    : [(declared as Record<string, string>)[draft.outcome] ?? []].flat();
  return run.end({ position, ending: 'case', decision: { draft, policy: payment.policy, actions } });
}

/** The last rung: a person, or the policy's default in their place. */
function reviewer(run: CaseRun, payment: Payment): LadderRung {
  return {
    rung: 'human',
    async ask() {
      const answer = await askPerson(run, payment, { ...question(payment), turn: 0, terms: payment.content.approvals, changeable: [] });
      const decision = decisionFrom(answer, payment);
      const { rung, outcome, confidence } = decision;
      return { finding: { rung, outcome, confidence, ms: answer.waitedMs }, decision };
    },
  };
}

function question({ event, found, provisional }: Payment) {
  const { paymentId, cardId, amount, currency } = event.data;
  const { score = null, reasons = [], outcome = null } = provisional ?? {};
  const evidence: JsonObject = {
    payment: event.data,
    features: found,
    score,
    provisional: outcome,
    reasons: reasons.map((reason): JsonObject => ({ ...reason })),
  };
  const result = { paymentId: paymentId ?? null };
  return {
    question: `Release payment ${paymentId} of ${amount} ${currency} by card ${cardId}?`,
    evidence,
    proposed: { outcome: 'approve', result },
  };
}

function decisionFrom(
  { verdict: { verdict, actor, reason, via }, approval }: Answer,
  { provisional }: Payment,
): Omit<DecisionDraft, 'rungs' | 'provisional'> {
  const byDefault = via === 'default';
  const said: Reason = byDefault
    ? { code: 'no-verdict', text: reason }
    : { code: 'verdict', text: `${verdict === 'approve' ? 'Approved' : 'Rejected'} by ${actor}: ${reason}` };
  return {
    outcome: byDefault ? approval.default : verdict === 'approve' ? approval.proposed.outcome : 'decline',
    confidence: 1,
    score: provisional?.score ?? null,
    rung: byDefault ? 'default' : 'human',
    reasons: [said, ...(provisional?.reasons ?? [])],
    result: { ...provisional?.result, ...approval.proposed.result },
  };
}
