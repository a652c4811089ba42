/** What goes into a log, and what is answered. */
import type { DecisionDraft } from '../domain/decision.ts';
import type { Ending, IncomingEvent, JsonObject } from '../domain/event.ts';
import type { Flow } from '../domain/flow.ts';
import type { CaseIds } from './caseIds.ts';
import { caseText } from './caseText.ts';
import type { LogMemory } from './memory/logMemory.ts';
import type { Policies } from './policies.ts';

/** An event on its way into a log: parsed, routed, its data checked against the flow's schema. */
export interface Arrival {
  readonly event: IncomingEvent;
  readonly subject: string | null;
  readonly data: JsonObject;
  readonly history: boolean;
  /** Whose key sent it; absent with auth off, where nobody has proven anything. */
  readonly actor?: string;
}

export interface AcceptedDecision extends DecisionDraft {
  readonly id: string;
  readonly policy: string;
  /** `"confidence":...` to `"result":...` as JSON members: what is stored and told alike is made once. */
  readonly members: string;
}

export interface AcceptedEvent {
  readonly result: 'accepted';
  readonly log: string;
  readonly position: number;
  /** RFC 3339. */
  readonly acceptedAt: string;
  readonly subject: string | null;
  readonly ending: Ending;
  /** Why it is in quarantine, or was not folded. */
  readonly note: string | null;
  readonly decision: AcceptedDecision | null;
  readonly caseId: string | null;
  /** Actions follow from what its reflex decided. */
  readonly acts: boolean;
}

export type Answer =
  | AcceptedEvent
  /** The identity was accepted before, with this content (`same`) or other. */
  | { readonly result: 'known'; readonly same: boolean; readonly log: string; readonly position: number };

/** The cases that got mail, each once, as `<tenant> <flow> <case id>`. */
export function casesWithMail({ tenant, log }: Pick<LogContext, 'tenant' | 'log'>, answers: readonly Answer[]): string[] {
  const mailed = answers.flatMap((answer) => (answer.result === 'accepted' && answer.caseId !== null ? [answer.caseId] : []));
  return [...new Set(mailed)].map((caseId) => caseText({ tenant, flow: log, caseId }));
}

export interface LogContext {
  readonly tenant: string;
  readonly log: string;
  readonly flow: Flow | null;
  readonly policies: Policies;
  /** Needed where the flow's subjects are personal. */
  readonly caseIds?: CaseIds;
  /** Of a flow that has one: what all of the process that fold this log share. */
  readonly memory?: LogMemory;
}
