/**
 * What people are told of an approval, as rows: written in the transaction that makes it true, sent afterwards, each by its key. Nothing is
 * written where nothing is configured, and nothing of a case waits for what is.
 */
import { createHash } from 'node:crypto';
import { oneLine } from '../domain/oneLine.ts';
import type { CaseLogWriter } from '../log/caseLog.ts';
import type { Handed } from '../wire/approval.ts';
import type { KeptApproval } from './approval.ts';
import { type ApprovalRules, askedBy } from './approvalRules.ts';

/** Which ways of telling people are configured. */
export interface NoticeChannels {
  readonly webhook: boolean;
  readonly mail: boolean;
}

export type NoticeKind = 'opened' | 'reminder' | 'escalated' | 'decided' | 'question' | 'handed';

export interface PlannedNotice {
  readonly kind: NoticeKind;
  /** Counts those of its kind about one approval; 0. */
  readonly nth?: number;
  /** The pool that an escalation adds: it is told, and nobody else. */
  readonly to?: string;
  /** Whom it was handed on to: they are told, and nobody else. */
  readonly given?: Handed['to'];
  /** Further members of the webhook's data. */
  readonly detail?: object;
  readonly channels: NoticeChannels | undefined;
}

/** A mail without its link, which is made when it is sent. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
}

const QUESTION_CHARS_MAX = 500;

/** Subjects go through many hands, so they hold ids and nothing of the event. */
const SUBJECTS: Record<NoticeKind, string> = {
  opened: 'asks for a verdict',
  reminder: 'still waits for a verdict',
  escalated: 'now asks you too',
  decided: 'is decided',
  question: 'has a further question',
  handed: 'was handed on to you',
};

/** Plans the notices of one occasion. Again: changes nothing. */
export async function planNotices(log: CaseLogWriter, kept: KeptApproval, planned: PlannedNotice): Promise<void> {
  const { channels } = planned;
  const webhook = channels?.webhook === true ? [{ channel: 'webhook', recipient: null, body: webhookBody(log, kept, planned) }] : [];
  const mail = channels?.mail === true ? recipientsOf(log, kept, planned) : [];
  const mails = mail.map((recipient) => ({ channel: 'mail', recipient, body: JSON.stringify(mailText(kept, planned)) }));
  const all = [...webhook, ...mails];
  if (all.length === 0) return;
  const { eventPosition, turn } = kept.key;
  await log.client.query(
    `insert into notices (tenant, key, flow, event_position, turn, kind, channel, recipient, body, created_at)
    select $1, q.key, $2, $3, $4, $5, q.channel, q.recipient, q.body, $6::timestamptz
    from unnest($7::text[], $8::text[], $9::text[], $10::text[]) as q(key, channel, recipient, body) on conflict do nothing`,
    [
      ...[log.tenant, log.flow, eventPosition, turn, planned.kind, log.at],
      all.map(({ channel, recipient }) => noticeKey(kept, planned, recipient === null ? channel : `${channel}-${digest(recipient)}`)),
      ...[all.map(({ channel }) => channel), all.map(({ recipient }) => recipient), all.map(({ body }) => body)],
    ],
  );
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** No id of a case is like it: those hold a colon. */
const noticeKey = ({ approval: { id } }: KeptApproval, { kind, nth = 0 }: PlannedNotice, end: string): string =>
  `ntc_${id.slice('apr_'.length)}.${kind}-${nth}.${end}`;

/** Addresses of those who are asked by now, each once. */
function recipientsOf({ at }: CaseLogWriter, { rules }: KeptApproval, { to, given }: PlannedNotice): string[] {
  if (given !== undefined) return givenTo(rules, given);
  const pools = to === undefined ? askedBy(rules, Date.parse(at)) : [to];
  return [...new Set(pools.flatMap((name) => rules.pools[name]?.mail ?? []).map((address) => address.toLowerCase()))];
}

/** Only addresses that the policy names: one that is somebody's name alone proves nothing. */
function givenTo({ pools }: ApprovalRules, to: Handed['to']): string[] {
  const all = Object.values(pools);
  const mail =
    'person' in to ? all.flatMap((pool) => pool.mail) : all.filter(({ roles }) => roles.includes(to.role)).flatMap((pool) => pool.mail);
  const wanted = [...new Set(mail.map((address) => address.toLowerCase()))];
  return 'person' in to ? wanted.filter((address) => address === to.person.toLowerCase()) : wanted;
}

function webhookBody({ at, flow }: CaseLogWriter, { approval, rules }: KeptApproval, { kind, to, detail }: PlannedNotice): string {
  const { id, subject, event, question, proposed, deadline, links } = approval;
  const data = {
    ...{ approval: id, flow, subject, event: event.event, question, proposed, deadline, default: approval.default },
    ...{ needed: rules.needed, asked: askedBy(rules, Date.parse(at)), ...(to === undefined ? {} : { to }), ...detail, links },
  };
  return JSON.stringify({ type: `${flow}.approval-${kind}`, timestamp: at, data });
}

/** Plain text. What an event may have said stands between marks, on one line: it cannot pass for a line of ours. */
function mailText({ approval }: KeptApproval, { kind, detail }: PlannedNotice): MailText {
  const { id, flow, question, proposed, deadline } = approval;
  const quoted = (text: string): string => `> ${oneLine(text, QUESTION_CHARS_MAX)}`;
  const { further, verdict, handed } = (detail ?? {}) as {
    further?: { question: string };
    verdict?: { verdict: string; actor: string };
    handed?: Handed;
  };
  const lines = [
    `The approval ${id} of the flow ${flow} ${SUBJECTS[kind]}.`,
    ...['', 'The question (what stands behind ">" may come from the sender of the event):', quoted(question), ''],
    ...(further === undefined ? [] : ['A reviewer asks:', quoted(further.question), '']),
    ...(handed === undefined ? [] : [`${oneLine(handed.by, QUESTION_CHARS_MAX)} handed it on to you:`, quoted(handed.reason), '']),
    ...(verdict === undefined
      ? [`Proposed: ${proposed.outcome}`, `Deadline: ${deadline}`, `Without a verdict until then: ${approval.default}`]
      : [`Verdict: ${verdict.verdict} by ${oneLine(verdict.actor, QUESTION_CHARS_MAX)}`]),
  ];
  return { subject: `Signalbox: ${id} ${SUBJECTS[kind]}`, text: lines.join('\n') };
}
