import { type KeptApproval, readApproval } from '../approvals/approval.ts';
import { takesUnproven } from '../approvals/approvalRules.ts';
import { type ApprovalDeps, giveVerdict } from '../approvals/approvals.ts';
import { ERRORS, SignalboxError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/event.ts';
import { hasVisible } from '../domain/hasVisible.ts';
import { parseId } from '../domain/ids.ts';
import type { Verdict } from '../domain/verdict.ts';
import { storable, writeCaseLog } from '../log/caseLog.ts';

export interface SignalledVerdict {
  readonly tenant: string;
  readonly flow: string;
  readonly caseId: string;
  readonly approval: string;
  readonly verdict: 'approve' | 'reject';
  /** Unproven. */
  readonly actor: string;
  readonly reason: string;
  readonly changes?: JsonObject;
}

/** The verdict that stands on the row, or why the signalled one is dropped. */
export type HeardVerdict =
  | { readonly standing: Verdict }
  | { readonly dropped: 'unknown' | 'not-by-signal' | 'no-reason' | 'off-limits' | 'more-needed' };

/**
 * Puts a verdict that came by signal on its row, before anything acts on it. One that the API took is there already. With keys, a bare signal proves
 * nobody: it counts only where the policy said so when the approval was opened, and never where it matters who gives it (several who must approve, a
 * pool with roles, not-self). Nor does one whose reason shows nothing, which no other way takes either. One that does not count is on the timeline.
 *
 * *Retries*: without end, from 100 ms up to 5 s.
 * *Idempotency*: the row decides who was first; the same verdict again changes nothing.
 * *Fails with*: `database-away`.
 */
export function createRecordVerdict(deps: ApprovalDeps & { auth: 'off' | 'keys' }) {
  return async ({ approval: id, caseId, ...said }: SignalledVerdict): Promise<HeardVerdict> => {
    const place = parseId('apr', id);
    const turn = Number(place?.tail ?? Number.NaN);
    if (place === null || !Number.isSafeInteger(turn) || turn > 32_767 || place.tenant !== said.tenant || place.log !== said.flow)
      return { dropped: 'unknown' };
    const key = { tenant: said.tenant, flow: said.flow, eventPosition: place.position, turn };
    const known = await readApproval(deps.pool, key);
    if (known === null || known.caseId !== caseId) return { dropped: 'unknown' };
    const dropped = async (why: 'not-by-signal' | 'no-reason' | 'off-limits', text: string): Promise<HeardVerdict> => {
      await recordSignal(deps, known, { said, key: `dropped ${id}`, title: `A signal to ${said.verdict} does not count: ${text}` });
      return { dropped: why };
    };
    if (known.approval.state === 'open' && deps.auth === 'keys' && !takesUnproven(known.rules))
      return dropped('not-by-signal', 'it does not prove who sent it');
    if (known.approval.state === 'open' && !hasVisible(said.reason))
      return dropped('no-reason', 'its reason must hold a character that can be seen');
    const given = await giveVerdict(deps, { ...key, ...said, via: 'signal' }).catch((error: unknown) => {
      if (error instanceof SignalboxError && !ERRORS[error.code].retryable) return error;
      throw error;
    });
    if (given === null) return { dropped: 'unknown' };
    if (given instanceof SignalboxError) return dropped('off-limits', given.message);
    const standing = given.approval.verdict;
    if (standing === null) return { dropped: 'more-needed' };
    if (given.result === 'lost' || given.result === 'over') {
      const title = `A signal to ${said.verdict} came after ${standing.actor} had decided: nothing changed`;
      await recordSignal(deps, known, { said, key: `late ${id}`, title, winner: standing });
    }
    return { standing };
  };
}

interface PassedOver {
  readonly said: Pick<SignalledVerdict, 'verdict' | 'actor' | 'reason'>;
  readonly key: string;
  readonly title: string;
  readonly winner?: Verdict;
}

/** Nobody waits for a signal's answer, so the timeline says what became of it. */
async function recordSignal({ pool }: ApprovalDeps, { key: at, approval }: KeptApproval, passed: PassedOver): Promise<void> {
  const { verdict, actor, reason } = passed.said;
  const { eventPosition } = at;
  const { id, subject } = approval;
  const key = storable(`${passed.key} ${verdict} ${actor}`);
  const detail = { approval: id, verdict, actor, reason, ...(passed.winner === undefined ? {} : { winner: passed.winner }) };
  await writeCaseLog(pool, at, (log) => log.record([{ kind: 'signal', eventPosition, subject, key, title: passed.title, detail }]));
}
