/** What a flow tells others of by itself, because a case of it, or whoever follows its outcomes, found it: an event of the flow's own. */
import type { JsonObject } from './event.ts';

export interface Emission {
  /** One of the flow's `emits`. */
  readonly type: string;
  readonly data: JsonObject;
  /** Positions, in the flow's log, of events that led to it beside the one that it is asked for about. */
  readonly causes: readonly number[];
}
