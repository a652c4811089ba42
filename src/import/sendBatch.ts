/**
 * Posts one batch and sees it through: what the service cannot take now is tried again, what it refuses is written down.
 * One batch at a time: two in flight can overtake each other on the way, and a subject's events would be folded out of order.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { Refused, type ServiceAnswer, ServiceAway } from '../client/serviceClient.ts';
import { BackOff } from '../domain/backOff.ts';
import { CannotRun } from '../domain/errors.ts';
import type { BatchResults } from '../wire/receipt.ts';
import type { MadeEvent, RejectedRow } from './eventMaker.ts';

export interface Poster {
  /** May throw ServiceAway. */
  readonly post: (body: string) => Promise<ServiceAnswer>;
  /** How long one batch is tried while the service cannot take it. */
  readonly retryMs: number;
}

export interface Posted {
  rejected: RejectedRow[];
  repeats: number;
  /** Accepted events by status. */
  statuses: Record<string, number>;
}

type Result = BatchResults['results'][number];

const RETRY_PAUSES = { firstMs: 200, maxMs: 10_000 };

function isLater(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

export async function sendBatch(poster: Poster, events: readonly MadeEvent[]): Promise<Posted> {
  const posted: Posted = { rejected: [], repeats: 0, statuses: {} };
  // halves of a batch that is refused whole, first half first, so that the order stays
  const open: (readonly MadeEvent[])[] = events.length === 0 ? [] : [events];
  for (let part = open.shift(); part !== undefined; part = open.shift()) {
    const again = await onePart(poster, part, posted);
    open.unshift(...again);
  }
  return posted;
}

/** What of this part must be posted again. */
async function onePart(poster: Poster, part: readonly MadeEvent[], posted: Posted): Promise<(readonly MadeEvent[])[]> {
  const untilMs = performance.now() + poster.retryMs;
  let sending = part;
  const backOff = new BackOff(RETRY_PAUSES);
  for (;;) {
    const answer = await poster.post(`[${sending.map(({ text }) => text).join(',')}]`).catch((error: unknown) => {
      if (error instanceof ServiceAway) return error;
      throw error;
    });
    let waitMs = backOff.next();
    let why: CannotRun;
    if (answer instanceof ServiceAway) why = answer;
    else if (isLater(answer.status)) {
      why = new CannotRun(new Refused(answer).message);
      waitMs = Math.max(waitMs, (answer.retryAfterSeconds ?? 0) * 1000);
    } else {
      const results = resultsOf(answer, sending.length);
      if (results === null) return refusedWhole(answer, sending, posted);
      sending = tally(sending, results, posted);
      if (sending.length === 0) return [];
      why = new CannotRun('the service cannot take some of the events now');
    }
    if (performance.now() + waitMs > untilMs) throw why;
    await pause(waitMs);
  }
}

function resultsOf(answer: ServiceAnswer, count: number): Result[] | null {
  const { results } = (answer.body ?? {}) as { results?: Result[] };
  if (Array.isArray(results) && results.length === count) return results;
  if (answer.status >= 200 && answer.status <= 299) {
    throw new CannotRun(
      `Cannot go on as the service answered ${answer.status} with ${results?.length ?? 'no'} results for ${count} events`,
    );
  }
  return null;
}

/** Counts what is settled; gives what is to be tried again. */
function tally(sent: readonly MadeEvent[], results: readonly Result[], posted: Posted): MadeEvent[] {
  const later: MadeEvent[] = [];
  sent.forEach((event, at) => {
    const result = results[at] as Result;
    if (result.status !== 'rejected') {
      posted.statuses[result.status] = (posted.statuses[result.status] ?? 0) + 1;
      if (result.duplicate === true) posted.repeats += 1;
    } else if (isLater(result.problem.status)) later.push(event);
    else {
      const { problem } = result;
      posted.rejected.push(rejection(event, new Refused({ status: problem.status, retryAfterSeconds: null, body: problem }).message));
    }
  });
  return later;
}

const rejection = ({ row, source, id }: MadeEvent, problem: string): RejectedRow => ({
  kind: 'rejected',
  row,
  problem,
  content: { source, id },
});

/** One event of a batch can make the whole of it unreadable (too deep, too large): halving finds it. */
function refusedWhole(answer: ServiceAnswer, events: readonly MadeEvent[], posted: Posted): (readonly MadeEvent[])[] {
  const refused = new Refused(answer);
  if (![400, 413, 422].includes(answer.status)) throw new CannotRun(`Cannot import: ${refused.message}`);
  const only = events[0];
  if (events.length === 1 && only !== undefined) {
    posted.rejected.push(rejection(only, refused.message));
    return [];
  }
  const middle = events.length >> 1;
  return [events.slice(0, middle), events.slice(middle)];
}
