/** How a case ends an event, and what stands then. */
import type { Decision, DecisionDraft } from './decision.ts';
import type { Emission } from './emission.ts';
import type { Ending } from './event.ts';

export interface CaseEnding {
  readonly position: number;
  readonly ending: Extract<Ending, 'case' | 'recorded' | 'expired' | 'quarantined'>;
  /** Why it is recorded or quarantined. */
  readonly note?: string;
  /** With `case`: the final decision, and the policy it was made with, which says what actions follow. */
  readonly decision?: { readonly draft: DecisionDraft; readonly policy: string };
  /** Its story goes on after this, or is over; absent where it has none. */
  readonly story?: 'open' | 'over';
  /** An action of the final decision that its story asks for, by name. */
  readonly asks?: string;
  /** What its flow tells others of for that; absent: nothing. */
  readonly emits?: readonly Emission[];
}

export interface EndedEvent {
  readonly position: number;
  /** The decision that stands, with the actions that are planned and not ended, in order: another run may have been first. */
  readonly decision: Decision | null;
  readonly planned: string[];
  /** Actions that were refused or given up; absent where there are none. */
  readonly failed?: string[];
}
