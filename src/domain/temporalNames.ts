/** Names that callers of Temporal rely on (task queues, signals, the query, search attributes). Pure: workflows import it too. */

export const QUEUES = { cases: 'signalbox', llm: 'signalbox-llm', actions: 'signalbox-actions' } as const;

export const EVENTS_ARRIVED = 'eventsArrived';
export const APPROVAL_DECIDED = 'approvalDecided';
export const CASE_STATUS = 'caseStatus';
/** The workflow that tells somebody of an approval. Its id is the notice's key. */
export const NOTICE_RUN = 'noticeRun';
/** The cases of flows that have no workflow of their own. */
export const ACT_CASE = 'actCase';

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
