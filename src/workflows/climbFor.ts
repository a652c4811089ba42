/** Climbs the ladder for one event. Whoever waits for its decision has an answer meanwhile: the reflex's, or the policy's default. */
import type { DecisionDraft } from '../domain/decision.ts';
import type { CaseRun } from './caseRun.ts';
import { climb, type LadderRung } from './ladder.ts';
import type { LoadedCase } from './readEvents.ts';

export async function climbFor(
  run: CaseRun,
  about: LoadedCase<{ readonly approvals: { readonly default: string } }>,
  rungs: readonly LadderRung[],
): Promise<DecisionDraft> {
  const { position } = about.event;
  run.stage(position, { state: 'deciding' });
  if (about.provisional === null) await answerMeanwhile(run, about);
  return climb(rungs, about.rungs);
}

async function answerMeanwhile(run: CaseRun, { event, content, policy, rungs }: Parameters<typeof climbFor>[1]): Promise<void> {
  const draft: DecisionDraft = {
    outcome: content.approvals.default,
    confidence: 0,
    score: null,
    rung: 'default',
    reasons: [{ code: 'meanwhile', text: 'Nothing has decided yet: this holds until something does' }],
    result: {},
    provisional: true,
    rungs,
  };
  await run.during(() => run.steps.recordProvisional({ ...run.key, position: event.position, draft, policy }));
}
