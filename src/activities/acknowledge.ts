import { acknowledge } from '../cases/acknowledge.ts';
import type { CaseLogDeps } from '../log/caseLog.ts';
import { caseText } from '../log/caseText.ts';

export interface Acknowledgement {
  readonly tenant: string;
  readonly flow: string;
  readonly caseId: string;
  readonly positions: number[];
}

/**
 * Notes what the case has taken, and tells the dispatcher that more may be sent. Gives the positions that are the case's business.
 *
 * *Retries*: without end, from 100 ms up to 5 s; the dispatcher waits meanwhile.
 * *Idempotency*: `taken` only grows; the same positions again give those that still wait.
 * *Fails with*: `database-away`.
 */
export function createAcknowledge({ pool, notifier }: CaseLogDeps) {
  return async ({ positions, ...key }: Acknowledgement): Promise<number[]> => {
    const known = await acknowledge(pool, key, positions);
    notifier.send('signalbox_taken', caseText(key));
    return known;
  };
}
