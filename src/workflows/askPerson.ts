/**
 * A question to a person: reminders, escalation, a deadline and a default.
 *
 * The approval is a row, which alone says what counts; a run that starts again takes the same approval and what is left of its time.
 */
import { condition } from '@temporalio/workflow';
import type { ApprovalTerms } from '../approvals/approvalRules.ts';
import type { LoadedEvent } from '../domain/loadedEvent.ts';
import type { Milestone } from '../domain/milestone.ts';
import type { Verdict } from '../domain/verdict.ts';
import { assertFits } from './assertFits.ts';
import { shown } from './calls.ts';
import type { CaseRun } from './caseRun.ts';
import type { PersonAnswer, PersonQuestion } from './outside.ts';

/** Counts the approvals about one event: a story asks once. */
const TURN = 0;

export async function askPerson(run: CaseRun, about: LoadedEvent, asking: PersonQuestion): Promise<PersonAnswer> {
  const { position } = about.event;
  const { approval, openedAt, milestones } = await open(run, about, asking);
  const openedMs = Date.parse(openedAt);
  const { proposed, default: byDefault } = approval;
  const answer = (verdict: Verdict): PersonAnswer => ({ verdict, proposed, byDefault, waitedMs: Date.parse(verdict.at) - openedMs });
  if (approval.verdict !== null) return answer(approval.verdict);
  const heard = (): boolean => run.verdicts.has(approval.id);
  const show = (from: string): void =>
    run.stage(position, {
      state: 'awaiting-approval',
      waitingFor: `a verdict${from} on ${approval.id}`,
      deadline: approval.deadline,
      approval: approval.id,
    });
  show('');
  const deadlineMs = Date.parse(approval.deadline);
  const wait = async (wakeMs: number, title: string): Promise<boolean> => {
    if (wakeMs <= Date.now()) return heard();
    const waiting = () => condition(heard, wakeMs - Date.now(), { summary: title });
    return run.parks ? run.rest(position, { wakeMs, untilMs: deadlineMs, types: null }, waiting) : waiting();
  };
  // histories from before 0.2 have none, and a calendar had no say in them
  for (const milestone of milestones ?? relative(asking.terms, openedMs)) {
    const { kind, nth, to } = milestone;
    if (Date.parse(milestone.at) >= deadlineMs) break;
    const title = kind === 'reminder' ? `Reminder ${nth + 1}: nobody has answered` : `Escalated to ${to}`;
    if (await wait(Date.parse(milestone.at), title)) break;
    const noted = { key: `${kind} ${approval.id} ${nth}`, title, turn: TURN, milestone };
    const detail = { approval: approval.id, ...(to === undefined ? {} : { to }) };
    await run.during(() => run.steps.recordTimer({ ...run.key, eventPosition: position, ...noted, detail }));
    if (to !== undefined) show(` from ${to}`);
  }
  if (!heard()) await wait(deadlineMs, `${approval.default} by default`);
  const told = run.verdicts.get(approval.id);
  if (told !== undefined) return answer(told);
  const { tenant, flow } = run.key;
  const summary = `${approval.default} by default, unless a verdict was first`;
  const standing = await run.during(() =>
    shown.closeApproval.executeWithOptions({ summary }, [{ tenant, flow, eventPosition: position, turn: TURN }]),
  );
  return answer(standing);
}

async function open(run: CaseRun, about: LoadedEvent, asking: PersonQuestion) {
  const summary = asking.question.slice(0, 200);
  // the case's own clock: a server that skips time has another one than its workers
  const openedAt = new Date(Date.now()).toISOString();
  const opened = { ...run.key, ...asking, turn: TURN, eventPosition: about.event.position, policy: about.policy, openedAt };
  assertFits('what is asked', opened);
  return run.during(() => shown.openApproval.executeWithOptions({ summary }, [opened]));
}

/** In order of time. A run that starts again passes the ones it missed at once; each is recorded once. */
function relative({ remindersSeconds, escalation }: ApprovalTerms, openedMs: number): Milestone[] {
  const at = (seconds: number): string => new Date(openedMs + seconds * 1000).toISOString();
  const reminders = remindersSeconds.map((seconds, nth): Milestone => ({ kind: 'reminder', nth, at: at(seconds) }));
  const steps = escalation.map(({ afterSeconds, to }, nth): Milestone => ({ kind: 'escalation', nth, at: at(afterSeconds), to }));
  return [...reminders, ...steps].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
