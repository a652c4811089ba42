/**
 * A question to a person: reminders, escalation, a deadline and a default.
 *
 * The approval is a row, which alone says what counts; a run that starts again takes the same approval and what is left of its time.
 */
import { condition } from '@temporalio/workflow';
import type { CaseApproval } from '../activities/openApproval.ts';
import type { JsonObject } from '../event.ts';
import type { Approval, ApprovalRules, Verdict } from '../log/approval.ts';
import type { LoadedEvent } from '../log/loadEvents.ts';
import { quick, shown } from './calls.ts';
import type { CaseRun } from './caseRun.ts';

/** As policies give them. */
export interface ApprovalTerms {
  readonly deadlineSeconds: number;
  readonly remindersSeconds: readonly number[];
  readonly escalation: readonly { readonly afterSeconds: number; readonly to: string }[];
  /** The outcome that holds when nobody answers. */
  readonly default: string;
  readonly bySignal: boolean;
}

export interface Question {
  /** Counts the approvals about one event, from 0. */
  readonly turn: number;
  readonly question: string;
  readonly evidence: JsonObject;
  readonly proposed: Approval['proposed'];
  readonly terms: ApprovalTerms;
  readonly changeable: ApprovalRules['changeable'];
}

interface Milestone {
  readonly atMs: number;
  readonly key: string;
  readonly title: string;
  /** Who is asked from then on. */
  readonly asked?: string;
}

export interface Answer {
  readonly verdict: Verdict;
  readonly approval: CaseApproval;
  readonly waitedMs: number;
}

export async function askPerson(run: CaseRun, about: LoadedEvent, asking: Question): Promise<Answer> {
  const { position } = about.event;
  const { approval, openedAt } = await open(run, about, asking);
  const openedMs = Date.parse(openedAt);
  const answer = (verdict: Verdict): Answer => ({ verdict, approval, waitedMs: Date.parse(verdict.at) - openedMs });
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
  for (const milestone of milestones(asking.terms, approval, openedMs)) {
    if (await waitUntil(heard, milestone.atMs, milestone.title)) break;
    const { key, title, asked } = milestone;
    await run.during(() =>
      quick.recordTimer({
        ...run.key,
        eventPosition: position,
        key,
        title,
        detail: { approval: approval.id, ...(asked === undefined ? {} : { to: asked }) },
      }),
    );
    if (asked !== undefined) show(` from ${asked}`);
  }
  const deadlineMs = Date.parse(approval.deadline);
  if (!heard()) await waitUntil(heard, deadlineMs, `${approval.default} by default`);
  const told = run.verdicts.get(approval.id);
  if (told !== undefined) return answer(told);
  const { tenant, flow } = run.key;
  const summary = `${approval.default} by default, unless a verdict was first`;
  const standing = await run.during(() =>
    shown.closeApproval.executeWithOptions({ summary }, [{ tenant, flow, eventPosition: position, turn: asking.turn }]),
  );
  return answer(standing);
}

async function open(run: CaseRun, about: LoadedEvent, { turn, question, evidence, proposed, terms, changeable }: Question) {
  const openedMs = Date.now();
  const opened = {
    ...run.key,
    ...{ eventPosition: about.event.position, turn, question, evidence, proposed, policy: about.policy },
    openedAt: new Date(openedMs).toISOString(),
    deadline: new Date(openedMs + terms.deadlineSeconds * 1000).toISOString(),
    defaultOutcome: terms.default,
    rules: { changeable, bySignal: terms.bySignal },
  };
  return run.during(() => shown.openApproval.executeWithOptions({ summary: question.slice(0, 200) }, [opened]));
}

/** In order of time, those before the deadline. A run that starts again passes the ones it missed at once; each is recorded once. */
function milestones(terms: ApprovalTerms, { id, deadline }: CaseApproval, openedMs: number): Milestone[] {
  const reminders = terms.remindersSeconds.map((seconds, at) => ({
    atMs: openedMs + seconds * 1000,
    key: `reminder ${id} ${at}`,
    title: `Reminder ${at + 1}: nobody has answered`,
  }));
  const steps = terms.escalation.map(({ afterSeconds, to }, at) => ({
    atMs: openedMs + afterSeconds * 1000,
    key: `escalation ${id} ${at}`,
    title: `Escalated to ${to}`,
    asked: to,
  }));
  return [...reminders, ...steps].filter(({ atMs }) => atMs < Date.parse(deadline)).sort((a, b) => a.atMs - b.atMs);
}

async function waitUntil(heard: () => boolean, atMs: number, summary: string): Promise<boolean> {
  const leftMs = atMs - Date.now();
  return leftMs <= 0 ? heard() : condition(heard, leftMs, { summary });
}
