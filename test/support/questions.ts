/** Approvals about events of the ledger flow, opened as a case would: by a policy's terms. */

import type { ApprovalKey } from '../../src/approvals/approval.ts';
import { type ApprovalTerms, planApproval } from '../../src/approvals/approvalRules.ts';
import { openApproval } from '../../src/approvals/approvals.ts';
import type { NoticeChannels } from '../../src/approvals/notices.ts';
import type { JsonObject } from '../../src/domain/event.ts';
import type { Pool } from '../../src/log/db/database.ts';
import { eventOf, post } from './http.ts';

const TERMS: ApprovalTerms = {
  deadlineSeconds: 3600,
  remindersSeconds: [],
  escalation: [],
  default: 'alarm',
  bySignal: true,
};

export interface AskedQuestion {
  readonly key: ApprovalKey;
  readonly id: string;
  /** Of the API. */
  readonly path: string;
}

interface Asking {
  readonly terms?: Partial<ApprovalTerms>;
  /** So long ago was it opened. */
  readonly openedSecondsAgo?: number;
  readonly question?: string;
  readonly rejected?: string;
  readonly evidence?: JsonObject;
  readonly turn?: number;
  readonly notices?: NoticeChannels;
}

/** Opens an approval about an accepted event of the ledger. */
export async function openQuestion(pool: Pool, eventPosition: number, asking: Asking = {}): Promise<AskedQuestion> {
  const { terms, openedSecondsAgo = 0, question = 'Is it right?', evidence = { amount: 5000 }, turn = 0, notices, rejected } = asking;
  const key = { tenant: 'default', flow: 'ledger', eventPosition, turn };
  const openedMs = Date.now() - openedSecondsAgo * 1000;
  const { deadline, rules } = planApproval({ ...TERMS, ...terms }, openedMs, null);
  const { approval } = await openApproval(
    { pool, notices },
    {
      ...key,
      ...{ caseId: `ledger:${eventPosition}`, subject: `asked-${eventPosition}`, question, evidence, policy: 'ledger@000000000000' },
      proposed: { outcome: 'fine', result: { amount: 5000, note: 'as booked', currency: 'EUR' } },
      ...(rejected === undefined ? {} : { rejected }),
      ...{ openedAt: new Date(openedMs).toISOString(), deadline, defaultOutcome: TERMS.default, rules },
    },
  );
  return { key, id: approval.id, path: `/v1/approvals/${approval.id}` };
}

let asked = 0;

/** Posts an event and opens an approval about it. */
export async function askAbout(
  { url, pool }: { readonly url: string; readonly pool: Pool },
  { headers = {}, ...asking }: Asking & { readonly headers?: Record<string, string> } = {},
): Promise<AskedQuestion> {
  asked += 1;
  const { json } = await post(url, eventOf({ id: `asked-${asked}`, data: { account: `asked-${asked}`, amount: 5000 } }), headers);
  return openQuestion(pool, Number(json.event.split('.')[1]), asking);
}
