/** An approval's row, with its votes and further questions, as it is read from the database. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../domain/event.ts';
import { approvalId, eventId } from '../domain/ids.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Approval, FurtherQuestion, Vote } from '../wire/approval.ts';
import type { KeptApproval } from './approval.ts';
import { type ApprovalRules, askedBy, OPEN_TO_ALL } from './approvalRules.ts';
import { changesForm } from './changesForm.ts';

export interface ApprovalRow {
  tenant: string;
  flow: string;
  event_position: number;
  turn: number;
  case_id: string;
  subject: string;
  state: Approval['state'];
  opened_at: Date;
  position: number;
  deadline: Date;
  default_outcome: string;
  body: string;
  version: number;
  verdict: Verdict['verdict'] | null;
  actor: string | null;
  reason: string | null;
  changes: string | null;
  via: Verdict['via'] | null;
  decided_at: Date | null;
  claimed_by: string | null;
  claimed_until: Date | null;
  /** JSON. */
  handed: string | null;
  votes: (Omit<Vote, 'changes'> & { changes: string | null })[] | null;
  questions: FurtherQuestion[] | null;
  /** Of the database's clock: who is asked, and whether a claim holds, is the same whoever reads it. */
  now: Date;
  sender: string | null;
  source: string;
  id: string;
  type: string;
  time: Date;
}

const OF_APPROVAL = (table: string): string =>
  ['tenant', 'flow', 'event_position', 'turn'].map((column) => `${table}.${column} = a.${column}`).join(' and ');

/** What `keptApproval` reads of an approval `a` and its event `e`. */
export const APPROVAL_COLUMNS = `a.tenant, a.flow, a.event_position, a.turn, a.case_id, a.subject, a.state, a.opened_at, a.position, a.deadline, a.default_outcome,
    a.body, a.version, a.verdict, a.actor, a.reason, a.changes, a.via, a.decided_at, a.claimed_by, a.claimed_until, a.handed,
    (select json_agg(json_build_object('verdict', v.verdict, 'actor', v.actor, 'reason', v.reason, 'changes', v.changes, 'via', v.via, 'at', v.at,
        'version', v.version, 'shown', v.shown) order by v.version)
      from approval_votes v where ${OF_APPROVAL('v')}) as votes,
    (select json_agg(json_build_object('n', q.n, 'question', q.question, 'askedBy', q.asked_by, 'askedAt', q.asked_at, 'answer', q.answer,
        'answeredBy', q.answered_by, 'answeredAt', q.answered_at) order by q.n)
      from approval_questions q where ${OF_APPROVAL('q')}) as questions,
    clock_timestamp() as now, e.actor as sender, e.source, e.id, e.type, e.time`;
/** By key, one at a time: see docs/decisions/0007. */
export const APPROVAL_EVENT = `cross join lateral (
    select * from entries e where e.tenant = a.tenant and e.log = a.flow and e.position = a.event_position limit 1) e`;

function verdictOf({ verdict, actor, reason, changes, via, decided_at: at }: ApprovalRow): Verdict | null {
  if (verdict === null || via === null || at === null) return null;
  return {
    verdict,
    actor: actor ?? '',
    reason: reason ?? '',
    ...(changes === null ? {} : { changes: JSON.parse(changes) as JsonObject }),
    at: at.toISOString(),
    via,
  };
}

const isoTime = (text: string): string => new Date(text).toISOString();

function votesOf({ votes }: ApprovalRow): Vote[] {
  return (votes ?? []).map(({ changes, at, ...vote }) => ({
    ...vote,
    at: isoTime(at),
    ...(changes === null ? {} : { changes: JSON.parse(changes) as JsonObject }),
  }));
}

function questionsOf({ questions }: ApprovalRow): FurtherQuestion[] {
  return (questions ?? []).map((asked) => ({
    ...asked,
    askedAt: isoTime(asked.askedAt),
    answeredAt: asked.answeredAt === null ? null : isoTime(asked.answeredAt),
  }));
}

/** A claim that has run out, or whose approval is over, holds nobody up. */
function claimOf({ state, claimed_by: by, claimed_until: until }: ApprovalRow, nowMs: number): Approval['claim'] {
  return state !== 'open' || by === null || until === null || until.getTime() <= nowMs ? null : { by, until: until.toISOString() };
}

export function keptApproval(row: ApprovalRow): KeptApproval {
  const body = JSON.parse(row.body) as Pick<Approval, 'question' | 'evidence' | 'proposed'> & {
    rejected?: string;
    rules: Partial<ApprovalRules>;
  };
  const { question, evidence, proposed, rejected = null } = body;
  const rules = { ...OPEN_TO_ALL, ...body.rules };
  const place = { tenant: row.tenant, log: row.flow, position: row.event_position };
  const [id, event, nowMs] = [approvalId(place, row.turn), eventId(place), row.now.getTime()];
  const approval: Approval = {
    id,
    state: row.state,
    flow: row.flow,
    subject: row.subject,
    event: { event, source: row.source, id: row.id, type: row.type, time: row.time.toISOString() },
    question,
    evidence,
    proposed,
    rejected,
    deadline: row.deadline.toISOString(),
    default: row.default_outcome,
    verdict: verdictOf(row),
    ...{ needed: rules.needed, votes: votesOf(row), asked: askedBy(rules, nowMs), claim: claimOf(row, nowMs), questions: questionsOf(row) },
    handed: row.handed === null ? null : (JSON.parse(row.handed) as Approval['handed']),
    form: changesForm(rules.changes),
    links: {
      self: `/v1/approvals/${id}`,
      verdict: `/v1/approvals/${id}/verdict`,
      event: `/v1/events/${event}`,
      subject: `/v1/flows/${row.flow}/subjects/${encodeURIComponent(row.subject)}`,
    },
  };
  const shown = createHash('sha256').update(JSON.stringify({ question, proposed, evidence })).digest('hex');
  const { version, position, case_id: caseId, opened_at: openedAt, sender } = row;
  const key = { tenant: row.tenant, flow: row.flow, eventPosition: row.event_position, turn: row.turn };
  return { key, approval, version, position, caseId, openedAt: openedAt.toISOString(), rules, sender, shown };
}
