/** Names that callers of Temporal rely on (task queues, signals, the query, search attributes). Pure: workflows import it too. */

export const QUEUES = { cases: 'signalbox', llm: 'signalbox-llm', actions: 'signalbox-actions' } as const;

export const EVENTS_ARRIVED = 'eventsArrived';
export const APPROVAL_DECIDED = 'approvalDecided';
export const CASE_STATUS = 'caseStatus';
/** The workflow that tells somebody of an approval. Its id is the notice's key. */
export const NOTICE_RUN = 'noticeRun';
/** The cases of flows that have no workflow of their own. */
export const ACT_CASE = 'actCase';

/** How cases run, the newest last. A run is marked with the way in which it began; a build that does not know it cannot go on with it. */
export const WAYS = ['steps-in-order', 'together', 'parked'] as const;
/** Temporal's own: the marks of a run. */
export const WAY_OF_RUN = 'TemporalChangeVersion';

/** All keywords; registered at start. */
export const ATTRIBUTES = {
  flow: 'SignalboxFlow',
  subject: 'SignalboxSubject',
  state: 'SignalboxState',
  outcome: 'SignalboxOutcome',
  tenant: 'SignalboxTenant',
} as const;

/** A case's first argument. `after`: events at or below this position are not its business any more. */
export interface CaseInput {
  tenant: string;
  flow: string;
  subject: string;
  after: number;
}
