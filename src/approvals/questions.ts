/** What reviewers want to know before they answer, and what they are told. The deadline goes on meanwhile. */
import { SignalboxError } from '../domain/errors.ts';
import { redactText } from '../domain/redactText.ts';
import { type CaseLogWriter, storable } from '../log/caseLog.ts';
import type { FurtherQuestion } from '../wire/approval.ts';
import { type ApprovalKey, type KeptApproval, readApproval } from './approval.ts';
import type { ApprovalDeps } from './approvals.ts';
import { assertOpen } from './claims.ts';
import { planNotices } from './notices.ts';
import { onApproval } from './onApproval.ts';
import { assertMayAnswer, type Reviewer } from './vote.ts';

const QUESTIONS_MAX = 20;

type Deps = Pick<ApprovalDeps, 'pool' | 'notices'>;

/**
 * Adds a question; one that this actor has asked before and nobody answered is not added again. Null where there is no such approval. Throws
 * SignalboxError `forbidden`, `too-many-questions`, `already-decided`, `over`, or `database-away` where trying again helps.
 */
export async function askFurther(deps: Deps, by: Reviewer & { readonly question: string }): Promise<KeptApproval | null> {
  const { notices } = deps;
  const work = async (log: CaseLogWriter, before: KeptApproval): Promise<KeptApproval> => {
    assertOpen(before);
    const { questions } = before.approval;
    const [actor, question] = [storable(by.actor), storable(redactText(by.question))];
    if (questions.some((asked) => asked.question === question && asked.askedBy === actor && asked.answer === null)) return before;
    if (questions.length >= QUESTIONS_MAX) throw new SignalboxError('too-many-questions');
    const n = questions.length + 1;
    const { tenant, flow, eventPosition, turn } = by;
    await log.client.query(
      `insert into approval_questions (tenant, flow, event_position, turn, n, question, asked_by, asked_at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [tenant, flow, eventPosition, turn, n, question, actor, log.at],
    );
    await noteChange(log, before, { key: `question ${n}`, title: `${actor} asks for more`, detail: { n, question } });
    const after = (await readApproval(log.client, by)) as KeptApproval;
    await planNotices(log, after, { kind: 'question', nth: n, channels: notices, detail: { further: { n, question, by: actor } } });
    return after;
  };
  return onApproval(deps, by, { check: (log, before) => assertMayAnswer(before, by, log), work });
}

export interface GivenAnswer extends ApprovalKey {
  readonly n: number;
  readonly actor: string;
  readonly answer: string;
}

/**
 * Answers a question, once; the same answer again changes nothing. Null where there is no such question. Throws SignalboxError `already-answered`,
 * `already-decided`, `over`, or `database-away` where trying again helps.
 */
export async function answerFurther(deps: Deps, given: GivenAnswer): Promise<FurtherQuestion | null> {
  const work = async (log: CaseLogWriter, before: KeptApproval): Promise<FurtherQuestion | null> => {
    const asked = before.approval.questions.find(({ n }) => n === given.n);
    if (asked === undefined) return null;
    const [actor, answer] = [storable(given.actor), storable(redactText(given.answer))];
    if (asked.answer === answer) return asked;
    if (asked.answer !== null) throw new SignalboxError('already-answered', undefined, { more: { question: asked } });
    assertOpen(before);
    const { tenant, flow, eventPosition, turn, n } = given;
    await log.client.query(
      `update approval_questions set answer = $6, answered_by = $7, answered_at = $8
      where tenant = $1 and flow = $2 and event_position = $3 and turn = $4 and n = $5`,
      [tenant, flow, eventPosition, turn, n, answer, actor, log.at],
    );
    await noteChange(log, before, { key: `answer ${n}`, title: `${actor} answers question ${n}`, detail: { n, answer } });
    return { ...asked, answer, answeredBy: actor, answeredAt: log.at };
  };
  return onApproval(deps, given, { check: () => undefined, work });
}

/** A new version, and a line on the timeline. */
async function noteChange(
  log: CaseLogWriter,
  { key, approval: { id, subject } }: KeptApproval,
  change: { key: string; title: string; detail: object },
): Promise<void> {
  const { tenant, flow, eventPosition, turn } = key;
  await log.client.query(
    'update approvals set version = version + 1 where tenant = $1 and flow = $2 and event_position = $3 and turn = $4',
    [tenant, flow, eventPosition, turn],
  );
  const { title, detail } = change;
  await log.record([{ kind: 'approval', eventPosition, subject, key: `${change.key} ${id}`, title, detail: { approval: id, ...detail } }]);
}
