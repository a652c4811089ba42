/** An event as its case works on it: what is known of it, read in one round of queries. */
import type { Decision, RungFinding } from './decision.ts';
import type { Ending, FlowEvent, JsonObject, MailReason } from './event.ts';
import type { KeptStory } from './story.ts';

export interface LoadedEvent {
  /** The event's id here. */
  readonly eventId: string;
  readonly event: FlowEvent;
  readonly ending: Ending;
  /** What its case has to do with it; absent where it has to decide it. */
  readonly why?: Exclude<MailReason, 'decide'>;
  /** Its `expirytime` passed before its case came to it. One that a person was asked about before has not expired. */
  readonly expired: boolean;
  /** Its `expirytime`: whatever decides must do so before; null where it has none. Absent in histories from before 0.2. */
  readonly expiresAtMs?: number | null;
  /** A person was asked about it by an earlier run: it is theirs to decide. Absent in histories from before 0.2, and where nobody was. */
  readonly asked?: true;
  /** Fields of its data that are too large for a history, which activities read from the log; absent where there are none. */
  readonly leftOut?: readonly string[];
  /** What the reflex found, and its rungs. */
  readonly found: JsonObject;
  readonly rungs: RungFinding[];
  readonly provisional: Decision | null;
  readonly final: Decision | null;
  /** How far its story has come, where it goes on after a decision. */
  readonly story?: KeptStory;
  /** Actions that follow from the final decision and have not ended, in order. */
  readonly planned: string[];
  /**
   * The version that its case works with: the one that a person was asked with; else, where the active one says that cases follow it,
   * that one; else the one of its provisional decision, or what held at its position.
   */
  readonly policy: string;
}
