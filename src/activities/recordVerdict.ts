import { SignalboxError } from '../errors.ts';
import type { JsonObject } from '../event.ts';
import { parseId } from '../ids.ts';
import { readApproval, type Verdict } from '../log/approval.ts';
import { giveVerdict } from '../log/approvals.ts';
import { type CaseLogDeps, writeCaseLog } from '../log/caseLog.ts';

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
export type HeardVerdict = { readonly standing: Verdict } | { readonly dropped: 'unknown' | 'not-by-signal' | 'off-limits' };

/**
 * Puts a verdict that came by signal on its row, before anything acts on it. One that the API took is there already.
 * With keys, a bare signal proves nobody: it counts only where the policy said so when the approval was opened.
 *
 * *Retries*: without end, from 100 ms up to 10 s.
 * *Idempotency*: the row decides who was first; the same verdict again changes nothing.
 * *Fails with*: `database-away`.
 */
export function createRecordVerdict(deps: CaseLogDeps & { auth: 'off' | 'keys' }) {
  return async ({ approval: id, caseId, ...said }: SignalledVerdict): Promise<HeardVerdict> => {
    const place = parseId('apr', id);
    const turn = Number(place?.tail ?? Number.NaN);
    if (place === null || !Number.isSafeInteger(turn) || turn > 32_767 || place.tenant !== said.tenant || place.log !== said.flow)
      return { dropped: 'unknown' };
    const key = { tenant: said.tenant, flow: said.flow, eventPosition: place.position, turn };
    const known = await readApproval(deps.pool, key);
    if (known === null || known.caseId !== caseId) return { dropped: 'unknown' };
    if (known.approval.state === 'open' && deps.auth === 'keys' && !known.rules.bySignal) return { dropped: 'not-by-signal' };
    const given = await giveVerdict(deps, { ...key, ...said, via: 'signal' }).catch((error: unknown) => {
      if (error instanceof SignalboxError && error.code === 'bad-verdict') return null;
      throw error;
    });
    if (given?.approval.verdict == null) return { dropped: 'off-limits' };
    const { result, approval } = given;
    if (result === 'lost' || result === 'over')
      await recordLate(deps, { ...key, subject: approval.subject }, { id, said, standing: given.approval.verdict as Verdict });
    return { standing: approval.verdict as Verdict };
  };
}

interface Late {
  readonly id: string;
  readonly said: Pick<SignalledVerdict, 'verdict' | 'actor' | 'reason'>;
  readonly standing: Verdict;
}

/** Nobody waits for a signal's answer, so the timeline says who won. */
async function recordLate(
  { pool }: CaseLogDeps,
  at: { tenant: string; flow: string; eventPosition: number; subject: string },
  { id, said, standing }: Late,
): Promise<void> {
  const { verdict, actor, reason } = said;
  const detail = { approval: id, verdict, actor, reason, winner: standing };
  const title = `A signal to ${verdict} came after ${standing.actor} had decided: nothing changed`;
  const { eventPosition, subject } = at;
  await writeCaseLog(pool, at, (log) =>
    log.record([{ kind: 'signal', eventPosition, subject, key: `late ${id} ${verdict} ${actor}`.replaceAll('\u0000', ''), title, detail }]),
  );
}
