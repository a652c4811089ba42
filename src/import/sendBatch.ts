/** One batch of the import, by the client: what became of its rows. */
import type { SendResult } from '../client/sendBatch.ts';
import { Refused } from '../client/serviceClient.ts';
import type { Signalbox } from '../client/signalbox.ts';
import { CannotRun } from '../domain/errors.ts';
import type { MadeEvent, RejectedRow } from './eventMaker.ts';

export interface Poster {
  readonly client: Signalbox;
  readonly history: boolean;
}

export interface Posted {
  rejected: RejectedRow[];
  repeats: number;
  /** Accepted events by status. */
  statuses: Record<string, number>;
}

/** Throws CannotRun where the service stays away, or may not be asked. */
export async function sendBatch({ client, history }: Poster, events: readonly MadeEvent[]): Promise<Posted> {
  const posted: Posted = { rejected: [], repeats: 0, statuses: {} };
  const results = await client
    .sendBatch(
      events.map(({ text }) => text),
      { history },
    )
    .catch((error: unknown): never => {
      if (!(error instanceof Refused)) throw error;
      throw new CannotRun(error.mayPass ? error.message : `Cannot import: ${error.message}`, { cause: error });
    });
  events.forEach((event, at) => {
    tally(event, results[at] as SendResult, posted);
  });
  return posted;
}

function tally({ row, source, id }: MadeEvent, result: SendResult, posted: Posted): void {
  if (result.status !== 'rejected') {
    posted.statuses[result.status] = (posted.statuses[result.status] ?? 0) + 1;
    if (result.duplicate === true) posted.repeats += 1;
    return;
  }
  const refused = new Refused({ status: result.problem.status, retryAfterSeconds: null, body: result.problem });
  if (refused.mayPass) throw new CannotRun(`the service cannot take some of the events now: ${refused.message}`);
  posted.rejected.push({ kind: 'rejected', row, problem: refused.message, content: { source, id } });
}
