/** Approvals as rows and as the API shows them: reading only. What changes them is in approvals.ts. */

import type { EventRef, JsonObject } from '../domain/event.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Client, Pool } from '../log/db/database.ts';
import { APPROVAL_COLUMNS, APPROVAL_EVENT, type ApprovalRow, keptApproval } from './approvalRow.ts';
import type { ApprovalRules } from './approvalRules.ts';

export interface ApprovalKey {
  readonly tenant: string;
  readonly flow: string;
  readonly eventPosition: number;
  /** Counts the approvals asked about one event, from 0. */
  readonly turn: number;
}

/** One actor's verdict, and what they saw: the version that they answered, the SHA-256 (hex) of question, proposal and evidence. */
export interface Vote extends Verdict {
  via: Exclude<Verdict['via'], 'default'>;
  version: number;
  shown: string;
}

/** A reviewer asks for more; the deadline goes on. */
export interface FurtherQuestion {
  /** From 1. */
  n: number;
  question: string;
  askedBy: string;
  askedAt: string;
  answer: string | null;
  answeredBy: string | null;
  answeredAt: string | null;
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
  /** Different actors who must approve, and the votes so far. */
  needed: number;
  votes: Vote[];
  /** The pools that are asked by now; none: everyone who may give verdicts. */
  asked: string[];
  /** Who works on it: until then nobody else's verdict is taken. */
  claim: { by: string; until: string } | null;
  questions: FurtherQuestion[];
  /** JSON Schema of what an approval may change of the proposed result; null: nothing. */
  form: JsonObject | null;
  links: Record<string, string>;
}

/** An approval with what only we need of it. */
export interface KeptApproval {
  readonly key: ApprovalKey;
  readonly approval: Approval;
  /** The ETag: counts changes, from 1. */
  readonly version: number;
  /** Orders the list within a flow. */
  readonly position: number;
  readonly caseId: string;
  readonly openedAt: string;
  readonly rules: ApprovalRules;
  /** Whose key sent the event; null where none was needed. */
  readonly sender: string | null;
  /** SHA-256 (hex) of what reviewers are shown. */
  readonly shown: string;
}

export async function readApproval(
  client: Client | Pool,
  { tenant, flow, eventPosition, turn }: ApprovalKey,
): Promise<KeptApproval | null> {
  const { rows } = await client.query<ApprovalRow>(
    `select ${APPROVAL_COLUMNS} from approvals a ${APPROVAL_EVENT}
     where a.tenant = $1 and a.flow = $2 and a.event_position = $3 and a.turn = $4`,
    [tenant, flow, eventPosition, turn],
  );
  return rows[0] === undefined ? null : keptApproval(rows[0]);
}
