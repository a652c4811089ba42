/** A payment that the reflex could not decide: a person is asked, the default holds if nobody answers, the card's processor is told. */
import type { DecisionDraft, Reason } from '../../domain/decision.ts';
import type { JsonObject } from '../../domain/event.ts';
import type { LlmRung } from '../../policy/ladderPolicy.ts';
import { llmRung } from '../../workflows/askLlm.ts';
import { type Answer, askPerson } from '../../workflows/askPerson.ts';
import type { CaseRun } from '../../workflows/caseRun.ts';
import { climbFor } from '../../workflows/climbFor.ts';
import { type LadderRung, passed } from '../../workflows/ladder.ts';
import type { LoadedCase } from '../../workflows/readEvents.ts';
import { type Handling, runCase } from '../../workflows/runCase.ts';
import { takeActions } from '../../workflows/takeActions.ts';
import type { FraudPolicy } from './policy.ts';

/** What a case reads of the policy. */
type CasePolicy = Pick<FraudPolicy, 'rungs' | 'approvals'>;

type Payment = LoadedCase<CasePolicy>;

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
  const draft = await climbFor(run, payment, rungsAbove(run, payment));
  return run.end({ position, ending: 'case', decision: { draft, policy: payment.policy } });
}

/** What the policy puts above the model; without a person the default decides. A history from before 0.2 knows a person alone. */
function rungsAbove(run: CaseRun, payment: Payment): LadderRung[] {
  const listed: CasePolicy['rungs'] | undefined = payment.content.rungs;
  const rungs = (listed ?? [{ rung: 'human' }]).flatMap((terms) =>
    terms.rung === 'llm' ? [adviser(run, payment, terms)] : terms.rung === 'human' ? [reviewer(run, payment)] : [],
  );
  return [...rungs, byDefault(payment)];
}

/** Where a rule asks for a person, an LLM may advise them and not answer for them. */
function adviser(run: CaseRun, payment: Payment, terms: LlmRung): LadderRung {
  const advises = payment.provisional?.rung === 'rules' ? 'a rule asks for a person' : null;
  if (advises !== null && terms.afterRules === 'skip') return passed('llm', advises);
  return llmRung(run, {
    ...{ about: payment, terms, configured: payment.llm, advises },
    decisionFrom: ({ outcome, confidence, reasons, model, prompt }) => ({
      outcome,
      confidence,
      score: payment.provisional?.score ?? null,
      rung: 'llm',
      reasons: [...reasons, ...(payment.provisional?.reasons ?? [])],
      result: { ...payment.provisional?.result, ...resultOf(payment), llm: { model, prompt } },
    }),
  });
}

/** A person, or the policy's default in their place. */
function reviewer(run: CaseRun, payment: Payment): LadderRung {
  return {
    rung: 'human',
    async ask({ advice }) {
      const asked = { ...question(payment), advice, turn: 0, terms: payment.content.approvals };
      const answer = await askPerson(run, payment, asked);
      const decision = decisionFrom(answer, payment);
      const { rung, outcome, confidence } = decision;
      return { finding: { rung, outcome, confidence, ms: answer.waitedMs }, decision };
    },
  };
}

function byDefault({ content, provisional }: Payment): LadderRung {
  const outcome = content.approvals.default;
  const reason: Reason = { code: 'no-rung', text: 'No rung of the policy decided: the default holds' };
  const decision = {
    outcome,
    confidence: 1,
    score: provisional?.score ?? null,
    rung: 'default' as const,
    reasons: [reason, ...(provisional?.reasons ?? [])],
    result: { ...provisional?.result },
  };
  return { rung: 'default', ask: async () => ({ finding: { rung: 'default', outcome, confidence: 1, ms: 0 }, decision }) };
}

const resultOf = ({ event }: Payment): JsonObject => ({ paymentId: event.data.paymentId ?? null });

function question(payment: Payment) {
  const { paymentId, cardId, amount, currency } = payment.event.data;
  return {
    question: `Release payment ${paymentId} of ${amount} ${currency} by card ${cardId}?`,
    dataAs: 'payment',
    proposed: { outcome: 'approve', result: resultOf(payment) },
  };
}

function decisionFrom(
  { verdict: { verdict, actor, reason, via, changes }, approval }: Answer,
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
    result: { ...provisional?.result, ...approval.proposed.result, ...(verdict === 'approve' ? changes : {}) },
  };
}
