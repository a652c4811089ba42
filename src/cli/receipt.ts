/** What became of an event, in one line. */
import type { Decision } from '../decision.ts';

export interface Receipt {
  event: string;
  source: string;
  id: string;
  status: string;
  duplicate?: true;
  flow: string | null;
  subject: string | null;
  decision: Decision | null;
}

export function receiptLine({ event, source, id, status, duplicate, subject, decision }: Receipt): string {
  const decided = decision === null ? '' : `: ${decision.outcome}${decision.provisional ? ' (provisional)' : ''} by ${decision.rung}`;
  return `${event}  ${source} ${id}  ${subject ?? '-'}  ${status}${duplicate === true ? ' (known)' : ''}${decided}`;
}
