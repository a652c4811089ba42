/** Approvals as rows and as the API shows them: reading only. What changes them is in approvals.ts. */
import type { EventRef, JsonObject } from '../event.ts';
import { approvalId, eventId } from '../ids.ts';
import type { Client, Pool } from './database.ts';

export interface ApprovalKey {
  readonly tenant: string;
  readonly flow: string;
  readonly eventPosition: number;
  /** Counts the approvals asked about one event, from 0. */
  readonly turn: number;
}

export interface Verdict {
  verdict: 'approve' | 'reject';
  actor: string;
  reason: string;
  changes?: JsonObject;
  at: string;
  via: 'http' | 'cli' | 'signal' | 'mail' | 'default';
}

/** What holds for an approval from its opening on, whatever the policy says later. */
export interface ApprovalRules {
  /** Fields of the proposed result that a verdict may change. */
  readonly changeable: readonly string[];
  /** With keys: whether a bare signal, whose actor is unproven, counts as a verdict. */
  readonly bySignal: boolean;
}

/** As the API shows it. */
export interface Approval {
  id: string;
  state: 'open' | 'decided' | 'expired';
  flow: string;
  subject: string;
  event: EventRef;
  question: string;
  evidence: JsonObject;
  proposed: { outcome: string; result: JsonObject };
  deadline: string;
  default: string;
  verdict: Verdict | null;
  links: Record<string, string>;
}

/** An approval with what only we need of it. */
export interface KeptApproval {
  readonly approval: Approval;
  /** The ETag: counts changes, from 1. */
  readonly version: number;
  /** Orders the list within a flow. */
  readonly position: number;
  readonly caseId: string;
  readonly openedAt: string;
  readonly rules: ApprovalRules;
}

interface Row {
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
  source: string;
  id: string;
  type: string;
  time: Date;
}

/** What `keptApproval` reads of an approval `a` and its event `e`. */
export const APPROVAL_COLUMNS = `a.tenant, a.flow, a.event_position, a.turn, a.case_id, a.subject, a.state, a.opened_at, a.position, a.deadline, a.default_outcome,
    a.body, a.version, a.verdict, a.actor, a.reason, a.changes, a.via, a.decided_at, e.source, e.id, e.type, e.time`;
/** By key, one at a time: see docs/decisions/0007. */
export const APPROVAL_EVENT = `cross join lateral (
    select * from entries e where e.tenant = a.tenant and e.log = a.flow and e.position = a.event_position limit 1) e`;

function verdictOf({ verdict, actor, reason, changes, via, decided_at: at }: Row): Verdict | null {
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

export function keptApproval(row: Row): KeptApproval {
  const { question, evidence, proposed, rules } = JSON.parse(row.body) as Pick<Approval, 'question' | 'evidence' | 'proposed'> & {
    rules: ApprovalRules;
  };
  const place = { tenant: row.tenant, log: row.flow, position: row.event_position };
  const [id, event] = [approvalId(place, row.turn), eventId(place)];
  const approval: Approval = {
    id,
    state: row.state,
    flow: row.flow,
    subject: row.subject,
    event: { event, source: row.source, id: row.id, type: row.type, time: row.time.toISOString() },
    question,
    evidence,
    proposed,
    deadline: row.deadline.toISOString(),
    default: row.default_outcome,
    verdict: verdictOf(row),
    links: {
      self: `/v1/approvals/${id}`,
      verdict: `/v1/approvals/${id}/verdict`,
      event: `/v1/events/${event}`,
      subject: `/v1/flows/${row.flow}/subjects/${encodeURIComponent(row.subject)}`,
    },
  };
  return { approval, version: row.version, position: row.position, caseId: row.case_id, openedAt: row.opened_at.toISOString(), rules };
}

export async function readApproval(
  client: Client | Pool,
  { tenant, flow, eventPosition, turn }: ApprovalKey,
): Promise<KeptApproval | null> {
  const { rows } = await client.query<Row>(
    `select ${APPROVAL_COLUMNS} from approvals a ${APPROVAL_EVENT}
     where a.tenant = $1 and a.flow = $2 and a.event_position = $3 and a.turn = $4`,
    [tenant, flow, eventPosition, turn],
  );
  return rows[0] === undefined ? null : keptApproval(rows[0]);
}
