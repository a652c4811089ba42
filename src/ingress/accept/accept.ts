/**
 * POST /v1/events: parse, route, append, answer. A 2xx is sent after the commit, never before; whether an event is accepted
 * depends on the database alone, never on Temporal or a worker.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERRORS, SignalboxError } from '../../domain/errors.ts';
import type { IncomingEvent } from '../../domain/event.ts';
import type { Place } from '../../domain/ids.ts';
import { DECISION_OUTCOME } from '../../domain/outcomes.ts';
import type { AcceptedEvent, Answer } from '../../log/arrival.ts';
import type { Logs, Routed } from '../../log/logs.ts';
import { modeOf, parseRequest } from '../cloudevents/parse.ts';
import { sendJson, sendText } from '../http/answer.ts';
import { type Caller, mayDo } from '../http/authenticate.ts';
import { waitSeconds } from '../http/prefer.ts';
import { problemOf } from '../http/problem.ts';
import { BATCH_BYTES_MAX, BODY_BYTES_MAX, readBody } from '../http/readBody.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { FinalDecisions } from './finalDecisions.ts';
import { Rates } from './rates.ts';
import type { Receipt, Receipts } from './receipt.ts';
import { receiptText } from './receiptText.ts';
import { type RouteOptions, route } from './route.ts';
import type { RouteOutcomes } from './routeOutcomes.ts';

interface AcceptDeps {
  readonly logs: Logs;
  readonly receipts: Receipts;
  readonly finals: FinalDecisions;
  readonly metrics: Metrics;
  readonly unknownTypes: 'store' | 'reject';
  readonly routeOutcomes: RouteOutcomes;
}

/** The header that marks a request's events as history: folded and decided, but no case opens and nothing is done. */
const AS_HISTORY = 'signalbox-as-history';

/** One transaction takes a whole batch of one log; more events than this would hold the head for seconds. */
const BATCH_COUNT_MAX = 5000;

/** What holds for all events of a request. */
type Sent = Pick<RouteOptions, 'history' | 'actor'>;
type Known = Extract<Answer, { result: 'known' }>;
type Result = Receipt | { status: 'rejected'; problem: ReturnType<typeof problemOf> };

/** Answers POST /v1/events; what it throws is for the caller to refuse with. */
export type Accept = (request: IncomingMessage, response: ServerResponse, caller: Caller) => Promise<void>;

export function createAccept(deps: AcceptDeps): Accept {
  const { logs, receipts, metrics } = deps;
  const rates = new Rates();

  async function answerOne(event: IncomingEvent, sent: Sent, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [routed] =
      event.type === DECISION_OUTCOME
        ? await deps.routeOutcomes([event], sent.history)
        : [route(logs, event, { ...sent, unknownTypes: deps.unknownTypes })];
    if (routed === undefined || routed instanceof SignalboxError) throw routed ?? new SignalboxError('internal');
    const [answer] = await logs.append([routed]);
    if (answer === undefined || answer instanceof SignalboxError) throw answer ?? new SignalboxError('internal');
    let receipt = await receiptOf(event, answer, async (known) => repeat(await receipts.stored(placeOf(known))));
    const seconds = waitSeconds(request.headers.prefer as string | undefined);
    if (seconds !== null && waits(receipt)) receipt = await waited(placeOf(answer), receipt, seconds);
    const final = receipt.decision !== null && !receipt.decision.provisional;
    sendJson(response, seconds !== null && final ? 200 : 202, receipt, {
      Location: receipt.links.event,
      ...(seconds === null ? {} : { 'Preference-Applied': `wait=${seconds}` }),
      ...(receipt.duplicate === true ? { 'Idempotent-Replayed': 'true' } : {}),
    });
  }

  function receiptOf<Stored extends Receipt | Promise<Receipt>>(
    event: IncomingEvent,
    answer: Answer,
    stored: (known: Known) => Stored,
  ): Receipt | Stored {
    if (answer.result === 'accepted') {
      metrics.accepted(answer.log, answer.ending);
      return receipts.fresh(logs.tenant, event, answer);
    }
    metrics.repeated(answer.log);
    if (!answer.same) throw new SignalboxError('conflict', `${event.source} has sent other content as ${event.id} before`);
    return stored(answer);
  }

  async function waited(place: Place, receipt: Receipt, seconds: number): Promise<Receipt> {
    const found = await deps.finals.wait(`${place.tenant} ${place.log} ${place.position}`, seconds * 1000, async () => {
      const now = await receipts.stored(place);
      return { value: now, done: !waits(now) };
    });
    return found === null ? receipt : receipt.duplicate === true ? { ...found, duplicate: true } : found;
  }

  async function answerBatch(items: readonly (IncomingEvent | SignalboxError)[], sent: Sent, response: ServerResponse): Promise<void> {
    if (items.length > BATCH_COUNT_MAX)
      throw new SignalboxError('too-large', `A batch holds at most ${BATCH_COUNT_MAX} events: ${items.length}`);
    const routed = await routeAll(items, sent);
    const good = routed.filter((one): one is Routed => !(one instanceof SignalboxError));
    const answers = good.length === 0 ? [] : await logs.append(good);
    // one look for all repeats: an import that is run again is nothing else
    const repeats = answers.filter(
      (answer): answer is Known => !(answer instanceof SignalboxError) && answer.result === 'known' && answer.same,
    );
    const stored = repeats.length === 0 ? [] : await receipts.storedAll(logs.tenant, repeats);
    const receiptOfRepeat = new Map(repeats.map((answer, at) => [answer, stored[at] as Receipt]));
    let next = 0;
    const accepted: (AcceptedEvent | null)[] = [];
    const results = routed.map((one): Result => {
      const answer = one instanceof SignalboxError ? one : (answers[next++] ?? new SignalboxError('internal'));
      accepted.push(answer instanceof SignalboxError || answer.result === 'known' ? null : answer);
      if (one instanceof SignalboxError || answer instanceof SignalboxError) return rejected(answer);
      return resultOf(() => receiptOf(one.arrival.event, answer, (known) => repeat(receiptOfRepeat.get(known) as Receipt)));
    });
    if (results.length > 0 && results.every((result) => result.status === 'rejected')) throw noneAccepted(answers, results);
    const texts = results.map((result, at) => textOf(result, accepted[at] ?? null));
    sendText(response, 202, `{"results":[${texts.join(',')}]}`);
  }

  /** What needs a look into the database is looked up in one go. */
  async function routeAll(items: readonly (IncomingEvent | SignalboxError)[], sent: Sent): Promise<(Routed | SignalboxError)[]> {
    const outcomes = items.filter((item): item is IncomingEvent => !(item instanceof SignalboxError) && item.type === DECISION_OUTCOME);
    const looked = outcomes.length === 0 ? [] : await deps.routeOutcomes(outcomes, sent.history);
    const routedOutcome = new Map(outcomes.map((item, at) => [item, looked[at] as Routed | SignalboxError]));
    return items.map((item) => {
      if (item instanceof SignalboxError) return item;
      return routedOutcome.get(item) ?? attempt(() => route(logs, item, { ...sent, unknownTypes: deps.unknownTypes }));
    });
  }

  /**
   * Was a good one refused for want of something here, that is the answer: of 422 a caller would learn that trying again does not help, and
   * drop it. Else what each was refused for.
   */
  function noneAccepted(answers: readonly (Answer | SignalboxError)[], results: readonly Result[]): SignalboxError {
    const ours = answers.find((answer): answer is SignalboxError => answer instanceof SignalboxError && ERRORS[answer.code].status >= 500);
    return ours ?? new SignalboxError('none-accepted', undefined, { more: { results } });
  }

  function resultOf(make: () => Receipt): Result {
    try {
      return make();
    } catch (error) {
      return rejected(error);
    }
  }

  function rejected(error: unknown): Result {
    const problem = problemOf(error);
    metrics.refused(problem.code);
    return { status: 'rejected', problem };
  }

  const placeOf = ({ log, position }: { log: string; position: number }): Place => ({ tenant: logs.tenant, log, position });

  return async (request, response, caller) => {
    const mode = modeOf(request.headers);
    const history = request.headers[AS_HISTORY] === 'true';
    assertMay(caller, { tenant: logs.tenant, history });
    // before its body is read: a key that sends too much costs no more than this
    rates.admit(caller, 0);
    const body = await readBody(request, mode === 'batch' ? BATCH_BYTES_MAX : BODY_BYTES_MAX);
    const parsed = parseRequest(request.headers, request.rawHeaders, body);
    rates.admit(caller, parsed.mode === 'batch' ? parsed.items.length : 1);
    const sent = { history, actor: caller.roles === null ? null : caller.actor };
    if (parsed.mode === 'batch') await answerBatch(parsed.items, sent, response);
    else await answerOne(parsed.event, sent, request, response);
  };
}

function assertMay(caller: Caller, { tenant, history }: { tenant: string; history: boolean }): void {
  if (caller.tenant !== tenant) throw new SignalboxError('forbidden', `This ingress accepts events of the tenant ${tenant} only`);
  // history is not acted on, so whoever may write it could hide an event from its case
  if (history && !mayDo(caller, 'admin')) throw new SignalboxError('forbidden', `The header ${AS_HISTORY} needs the scope admin`);
}

const repeat = (receipt: Receipt): Receipt => ({ ...receipt, duplicate: true });

const textOf = (result: Result, accepted: AcceptedEvent | null): string =>
  accepted === null || result.status === 'rejected' ? JSON.stringify(result) : receiptText(result, accepted);

/** Whether the event's end is still to come. */
const waits = ({ status }: Receipt): boolean => status === 'signalled';

function attempt<T>(make: () => T): T | SignalboxError {
  try {
    return make();
  } catch (error) {
    if (error instanceof SignalboxError) return error;
    throw error;
  }
}
