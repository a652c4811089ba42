/** Approvals as rows and as the API shows them: reading only. What changes them is in approvals.ts. */

import type { Client, Pool } from '../log/db/database.ts';
import type { Approval } from '../wire/approval.ts';
import { APPROVAL_COLUMNS, APPROVAL_EVENT, type ApprovalRow, keptApproval } from './approvalRow.ts';
import type { ApprovalRules } from './approvalRules.ts';

export interface ApprovalKey {
  readonly tenant: string;
  readonly flow: string;
  readonly eventPosition: number;
  /** Counts the approvals asked about one event, from 0. */
  readonly turn: number;
}

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
