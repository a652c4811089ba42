/** A story that goes on after a decision: as it is kept, and what it hears of. */
import type { Decision } from './decision.ts';
import type { FlowEvent } from './event.ts';

/** Notes of events that stories which wait may hear of: one that its case looks at again, and one that asked nothing of its case. */
export const LOOKED_AT = 'look';
export const HEARD = 'heard';

/** A wait of a story. */
export interface KeptWait {
  /** Milliseconds since the epoch. */
  readonly untilMs: number;
  /** The position of the event that ended it, null where its time did; absent while it lasts. */
  readonly heard?: number | null;
}

export interface KeptStory {
  readonly open: boolean;
  /** In the order in which the story came to them. */
  readonly waits: readonly KeptWait[];
}

/** An event as a story hears of it: as a history may hold it, with what its reflex said. What was found goes with the event's mail. */
export interface HeardEvent {
  readonly eventId: string;
  readonly event: FlowEvent;
  readonly decision: Decision | null;
}
