/** A person's verdict on an event of the fraud flow, without a case that asks. */
import { giveVerdict, openApproval } from '../../src/approvals/approvals.ts';
import type { CaseLogDeps } from '../../src/log/caseLog.ts';

export async function verdictOn(
  deps: CaseLogDeps,
  { position, subject, proposed = 'approve' }: { position: number; subject: string; proposed?: string },
  verdict: 'approve' | 'reject',
): Promise<void> {
  const key = { tenant: 'default', flow: 'fraud', eventPosition: position, turn: 0 };
  await openApproval(deps, {
    ...{ ...key, caseId: `fraud:${subject}`, subject, question: 'Is it right?', evidence: {}, policy: 'fraud@000000000000' },
    ...{ proposed: { outcome: proposed, result: {} }, openedAt: new Date().toISOString() },
    ...{ deadline: new Date(Date.now() + 3_600_000).toISOString(), defaultOutcome: 'decline', rules: { bySignal: true } },
  });
  await giveVerdict(deps, { ...key, verdict, actor: 'ann', reason: 'known', via: 'http' });
}
