/** What a caller is told about an event: the answer to posting it, and the first part of its stored form. */
import type { Decision } from '../../domain/decision.ts';
import { SignalboxError } from '../../domain/errors.ts';
import { type Ending, type IncomingEvent, statusOf } from '../../domain/event.ts';
import { approvalId, eventId, type Place, UNROUTED } from '../../domain/ids.ts';
import { storedTrace } from '../../domain/tracer.ts';
import type { AcceptedDecision, AcceptedEvent } from '../../log/arrival.ts';
import type { CaseIds } from '../../log/caseIds.ts';
import type { Pool } from '../../log/db/database.ts';
import { type KeptEvent, readEvent, readEvents } from '../../log/read/events.ts';
import type { LogPlace } from '../../log/read/feed.ts';
import type { Receipt } from '../../wire/receipt.ts';
import type { Run } from '../../wire/run.ts';

/** Temporal's namespace, how cases are named there, and where its Web UI is; null where there is none. */
export interface TemporalWeb {
  readonly namespace: string;
  readonly caseIds: CaseIds;
  readonly web: string | null;
}

/** An event as far as a receipt tells of it. `KeptEvent` is one, with its last decision. */
export interface ReceiptEvent extends Place {
  readonly source: string;
  readonly id: string;
  readonly ending: Ending;
  readonly subject: string | null;
  /** The last one. */
  readonly decision: Decision | null;
  /** The last approval asked about it; null where none was. */
  readonly approvalTurn: number | null;
  /** Actions follow from it, or will. */
  readonly acts: boolean;
  /** As it is stored; null once old bodies are gone. */
  readonly body: string | null;
  /** The run that took its case's mail last, where it is known. */
  readonly run: string | null;
  /** Where the flow stands that took it over, of an event that none took when it was accepted. */
  readonly answeredAt: Place | null;
}

export function runOf(
  of: { tenant: string; flow: string; subject: string; run: string | null },
  { namespace, web, caseIds }: TemporalWeb,
): Run {
  const id = caseIds.of(of);
  const url =
    web === null ? null : `${web.replace(/\/$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(id)}`;
  return { id, run: of.run, url };
}

/** A subject as the database holds it: half a surrogate pair has no UTF-8, and `encodeURIComponent` throws on one. */
export function subjectPath(flow: string, subject: string): string {
  return `/v1/flows/${flow}/subjects/${encodeURIComponent(Buffer.from(subject, 'utf8').toString('utf8'))}`;
}

export function receiptOf(event: ReceiptEvent, temporal: TemporalWeb): Receipt {
  const { tenant, source, id, ending, subject, decision } = event;
  const trace = storedTrace(event.body)?.trace;
  const answered = event.answeredAt ?? event;
  const flow = answered.log === UNROUTED ? null : answered.log;
  const handed = ending === 'waiting' || ending === 'case' || event.acts;
  const links: Receipt['links'] = { event: `/v1/events/${eventId(event)}` };
  if (decision !== null) links.decision = `/v1/decisions/${decision.id}`;
  if (flow !== null && subject !== null) links.subject = subjectPath(flow, subject);
  if (event.approvalTurn !== null) links.approval = `/v1/approvals/${approvalId(answered, event.approvalTurn)}`;
  if (event.acts) links.actions = `/v1/actions?event=${eventId(answered)}`;
  return {
    event: eventId(event),
    source,
    id,
    status: statusOf(ending),
    flow,
    subject,
    decision,
    workflow: handed && flow !== null && subject !== null ? runOf({ tenant, flow, subject, run: event.run }, temporal) : null,
    links,
    ...(trace === undefined ? {} : { trace }),
  };
}

export interface Receipts {
  /** Of an event that was just accepted: nothing is read. */
  fresh(tenant: string, event: Pick<IncomingEvent, 'source' | 'id' | 'body'>, accepted: AcceptedEvent): Receipt;
  /** As it stands now. Throws `not-found` where there is no such event. */
  stored(place: Place): Promise<Receipt>;
  /** The same for many at once, in their order. */
  storedAll(tenant: string, places: readonly LogPlace[]): Promise<Receipt[]>;
}

export function createReceipts({ pool, ...temporal }: TemporalWeb & { readonly pool: Pool }): Receipts {
  const source = { pool, caseIds: temporal.caseIds };
  const receiptNow = (event: KeptEvent): Receipt => receiptOf({ ...event, decision: event.decisions.at(-1) ?? null }, temporal);
  return {
    async storedAll(tenant, places) {
      const events = await readEvents(source, tenant, places);
      if (events.length < places.length) throw new SignalboxError('not-found');
      return events.map(receiptNow);
    },
    fresh(tenant, { source, id, body }, { log, position, subject, ending, decision, acceptedAt, acts }) {
      const shown = decision === null ? null : reflexDecision(decision, acceptedAt);
      const fresh = { decision: shown, approvalTurn: null, acts, run: null, answeredAt: null, body };
      return receiptOf({ tenant, log, position, source, id, subject, ending, ...fresh }, temporal);
    },
    async stored(place) {
      const event = await readEvent(source, place);
      if (event === null) throw new SignalboxError('not-found');
      return receiptNow(event);
    },
  };
}

function reflexDecision(decision: AcceptedDecision, at: string): Decision {
  const { id, outcome, confidence, score, rung, reasons, result, provisional, policy } = decision;
  return { id, outcome, confidence, score, rung, reasons, result, provisional, revises: null, policy, at };
}
