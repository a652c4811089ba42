/**
 * Accepting, whatever the events came by: HTTP, webhooks and streams are shells around it. It takes events that were parsed, and gives for each its receipt
 * or why it was refused. A receipt is given after the commit, never before; whether an event is accepted depends on the database alone, never on
 * Temporal or a worker.
 */
import { type Caller, mayDo } from '../../domain/caller.ts';
import { SignalboxError } from '../../domain/errors.ts';
import type { IncomingEvent } from '../../domain/event.ts';
import type { Place } from '../../domain/ids.ts';
import { DECISION_OUTCOME } from '../../domain/outcomes.ts';
import type { AcceptedEvent, Answer } from '../../log/arrival.ts';
import type { Logs, Routed } from '../../log/logs.ts';
import type { Receipt } from '../../wire/receipt.ts';
import { EVENTS_MAX } from '../cloudevents/parseRequest.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { FinalDecisions } from './finalDecisions.ts';
import { NoFlowTakes } from './noFlowTakes.ts';
import { Rates } from './rates.ts';
import type { Receipts } from './receipt.ts';
import { type RouteOptions, routeEvent } from './routeEvent.ts';
import type { RouteOutcomes } from './routeOutcomes.ts';
import type { Storing } from './storing.ts';

interface AcceptDeps {
  readonly logs: Logs;
  readonly storing: Storing;
  readonly receipts: Receipts;
  readonly finals: FinalDecisions;
  readonly metrics: Pick<Metrics, 'accepted' | 'repeated' | 'refused'>;
  readonly unknownTypes: 'store' | 'reject';
  readonly routeOutcomes: RouteOutcomes;
  /** Hears of events that were stored now, and between which instants (milliseconds since the epoch) that was. */
  readonly appended?: ((events: readonly AppendedEvent[], startMs: number, endMs: number) => void) | undefined;
  /** Of an event that its reflex could not fold. */
  readonly quarantined: (event: AcceptedEvent) => void;
}

/** An event that was stored, and what brought it: a request, if one did. */
export interface AppendedEvent extends Pick<AcceptedEvent, 'log' | 'position' | 'ending'> {
  readonly tenant: string;
  readonly body: string;
  readonly request?: object | undefined;
}

/** An event, or why it could not be read: it keeps its place among the others. */
export type Sent = IncomingEvent | SignalboxError;

export interface AcceptOptions {
  /** The events are folded and decided, but no case opens and nothing is done. Needs the scope admin. */
  readonly history: boolean;
  /** What brought them, for those who trace it. */
  readonly request?: object;
}

export interface Accepted {
  readonly receipt: Receipt;
  /** What the log said: whether it took the event now or knew it, and where it stands. */
  readonly answer: Answer;
}

export interface Accept {
  /** Throws `forbidden` or `too-many-requests`. A shell asks before it reads what a caller sends: one who sends too much costs no more than this. */
  admit(caller: Caller, options: AcceptOptions): void;
  /**
   * For each event, in order, its receipt or why it was refused. Throws `too-large` for more than 5,000 and what `admit` throws; where nothing could be
   * stored, it may throw the reason instead (`queue-full`, `database-away`, `other-code`, `stopping`).
   */
  accept(sent: readonly Sent[], caller: Caller, options: AcceptOptions): Promise<(Accepted | SignalboxError)[]>;
  /** The receipt as it stands when the event has its end, or after so long. */
  final(accepted: Accepted, timeoutMs: number): Promise<Receipt>;
}

type Known = Extract<Answer, { result: 'known' }>;

export function createAccept(deps: AcceptDeps): Accept {
  const { logs, receipts, metrics } = deps;
  const rates = new Rates();
  const noFlow = new NoFlowTakes(logs.types);

  function assertMay(caller: Caller, { history }: AcceptOptions): void {
    if (caller.tenant !== logs.tenant) throw new SignalboxError('forbidden', `Events of the tenant ${logs.tenant} alone are accepted here`);
    // history is not acted on, so whoever may write it could hide an event from its case
    if (history && !mayDo(caller, 'admin')) throw new SignalboxError('forbidden', 'Sending events as history needs the scope admin');
  }

  async function accept(sent: readonly Sent[], caller: Caller, options: AcceptOptions): Promise<(Accepted | SignalboxError)[]> {
    assertMay(caller, options);
    rates.admit(caller, sent.length);
    if (sent.length > EVENTS_MAX)
      throw new SignalboxError('too-large', `At most ${EVENTS_MAX} events are accepted at once: ${sent.length} were sent`);
    const { history } = options;
    // what needs a look into the database is looked up in one go
    const outcomes = sent.filter((one): one is IncomingEvent => !(one instanceof SignalboxError) && one.type === DECISION_OUTCOME);
    const looked = outcomes.length === 0 ? [] : await deps.routeOutcomes(outcomes, history);
    const routedOutcome = new Map(outcomes.map((event, at) => [event, looked[at] as Routed | SignalboxError]));
    const how = { history, unknownTypes: deps.unknownTypes, noFlow, actor: caller.roles === null ? null : caller.actor };
    const routed = sent.map((one) => (one instanceof SignalboxError ? one : (routedOutcome.get(one) ?? tryRoute(one, how))));

    const good = routed.filter((one): one is Routed => !(one instanceof SignalboxError));
    const startMs = deps.appended === undefined ? 0 : Date.now();
    const answers = good.length === 0 ? [] : await deps.storing.watch(logs.append(good));
    if (deps.appended !== undefined)
      deps.appended(stored(good, answers, { tenant: logs.tenant, request: options.request }), startMs, Date.now());
    const repeats = answers.filter(isRepeat);
    // one look for all repeats: an import that is run again is nothing else
    const storedBefore = repeats.length === 0 ? [] : await receipts.storedAll(logs.tenant, repeats);
    const receiptOfRepeat = new Map<Answer, Receipt>(repeats.map((answer, at) => [answer, storedBefore[at] as Receipt]));
    let next = 0;
    return routed.map((one) => {
      const answer = one instanceof SignalboxError ? one : (answers[next++] ?? new SignalboxError('internal'));
      const result =
        one instanceof SignalboxError || answer instanceof SignalboxError ? answer : resultOf(one.arrival.event, answer, receiptOfRepeat);
      if (result instanceof SignalboxError) metrics.refused(result.code);
      return result as Accepted | SignalboxError;
    });
  }

  function tryRoute(event: IncomingEvent, how: RouteOptions): Routed | SignalboxError {
    try {
      return routeEvent(logs, event, how);
    } catch (error) {
      if (error instanceof SignalboxError) return error;
      throw error;
    }
  }

  function resultOf(event: IncomingEvent, answer: Answer, receiptOfRepeat: ReadonlyMap<Answer, Receipt>): Accepted | SignalboxError {
    if (answer.result === 'accepted') {
      metrics.accepted(answer.log, answer.ending);
      if (answer.ending === 'quarantined') deps.quarantined(answer);
      return { receipt: noted(event, receipts.fresh(logs.tenant, event, answer)), answer };
    }
    metrics.repeated(answer.log);
    if (!answer.same) return new SignalboxError('conflict', `${event.source} has sent other content as ${event.id} before`);
    return { receipt: noted(event, { ...(receiptOfRepeat.get(answer) as Receipt), duplicate: true }), answer };
  }

  const noted = ({ type }: IncomingEvent, receipt: Receipt): Receipt =>
    receipt.flow === null ? { ...receipt, note: noFlow.say(type) } : receipt;

  async function final({ receipt, answer: { log, position } }: Accepted, timeoutMs: number): Promise<Receipt> {
    if (!waits(receipt)) return receipt;
    const place: Place = { tenant: logs.tenant, log, position };
    const found = await deps.finals.wait(`${place.tenant} ${log} ${position}`, timeoutMs, async () => {
      const now = await receipts.stored(place);
      return { value: now, done: !waits(now) };
    });
    return found === null ? receipt : receipt.duplicate === true ? { ...found, duplicate: true } : found;
  }

  return {
    admit: (caller, options) => {
      assertMay(caller, options);
      rates.admit(caller, 0);
    },
    accept,
    final,
  };
}

function stored(
  good: readonly Routed[],
  answers: readonly (Answer | SignalboxError)[],
  of: Pick<AppendedEvent, 'tenant' | 'request'>,
): AppendedEvent[] {
  return good.flatMap(({ arrival }, at) => {
    const answer = answers[at];
    if (answer === undefined || answer instanceof SignalboxError || answer.result !== 'accepted') return [];
    const { log, position, ending } = answer;
    return [{ ...of, log, position, ending, body: arrival.event.body }];
  });
}

const isRepeat = (answer: Answer | SignalboxError): answer is Known =>
  !(answer instanceof SignalboxError) && answer.result === 'known' && answer.same;

/** Whether the event's end is still to come. */
const waits = ({ status }: Receipt): boolean => status === 'signalled';
