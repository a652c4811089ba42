/**
 * One batch, seen through: what the service cannot take now is tried again, what it refuses is said of each event. One request at a time: two in flight can
 * overtake each other on the way, and a subject's events would be folded out of order.
 */
import type { BatchResults } from '../wire/receipt.ts';
import { newBackOff, pause, retrying } from './retrying.ts';
import { isLater, Refused, type ServiceAnswer } from './serviceClient.ts';

export type SendResult = BatchResults['results'][number];

interface Sending {
  /** Posts a JSON array of events. */
  readonly post: (body: string) => Promise<ServiceAnswer>;
  /** How long one request is tried while the service cannot take it. */
  readonly retryMs: number;
}

/** `texts`: structured CloudEvents. Gives a result for each, in order. Throws ServiceAway, and Refused where the request as such may not be made. */
export async function sendBatch(sending: Sending, texts: readonly string[]): Promise<SendResult[]> {
  const results: SendResult[] = [];
  // halves of a batch that is refused whole, first half first, so that the order stays
  const open: number[][] = texts.length === 0 ? [] : [texts.map((_, at) => at)];
  for (let part = open.shift(); part !== undefined; part = open.shift())
    open.unshift(...(await sendPart(sending, { texts, part, results })));
  return results;
}

interface Part {
  readonly texts: readonly string[];
  /** Places in `texts`. */
  readonly part: readonly number[];
  readonly results: SendResult[];
}

/** Gives the halves of this part that must be sent again by themselves. */
async function sendPart({ post, retryMs }: Sending, { texts, part, results }: Part): Promise<number[][]> {
  const untilMs = Date.now() + retryMs;
  const backOff = newBackOff();
  let left = part;
  for (;;) {
    const answer = await retrying(() => post(`[${left.map((at) => texts[at]).join(',')}]`), untilMs - Date.now()).catch(withResults);
    const each = resultsOf(answer, left.length);
    if (each === null) return refusedWhole(answer, left, results);
    left.forEach((at, n) => {
      results[at] = each[n] as SendResult;
    });
    left = left.filter((at) => isLaterResult(results[at] as SendResult));
    const waitMs = backOff.next();
    if (left.length === 0 || Date.now() + waitMs > untilMs) return [];
    await pause(waitMs);
  }
}

const isLaterResult = (result: SendResult): boolean => result.status === 'rejected' && isLater(result.problem.status);

/** A batch of which nothing could be taken in time has its reasons for each event all the same. */
function withResults(error: unknown): ServiceAnswer {
  const { results } = (error instanceof Refused ? (error.problem ?? {}) : {}) as { results?: unknown };
  if (!(error instanceof Refused) || !Array.isArray(results)) throw error;
  return { status: error.status, retryAfterSeconds: null, body: error.problem };
}

/** Null for a refusal of the whole. */
function resultsOf(answer: ServiceAnswer, count: number): SendResult[] | null {
  const { results } = (answer.body ?? {}) as { results?: SendResult[] };
  if (Array.isArray(results) && results.length === count) return results;
  if (answer.status >= 200 && answer.status <= 299)
    throw new Refused({ ...answer, body: { title: `The service gave ${results?.length ?? 'no'} results for ${count} events` } });
  return null;
}

/** One event of a batch can make the whole of it unreadable (too deep, too large): halving finds it. */
function refusedWhole(answer: ServiceAnswer, part: readonly number[], results: SendResult[]): number[][] {
  if (![400, 413, 422].includes(answer.status)) throw new Refused(answer);
  const [only] = part;
  if (part.length === 1 && only !== undefined) {
    results[only] = { status: 'rejected', problem: problemOf(answer) };
    return [];
  }
  const middle = part.length >> 1;
  return [part.slice(0, middle), part.slice(middle)];
}

/** A proxy's page is a problem too. */
const problemOf = ({ status, body }: ServiceAnswer): Extract<SendResult, { status: 'rejected' }>['problem'] =>
  ({ type: 'about:blank', title: 'The service refused it', code: 'refused', ...(body as object | null), status }) as never;
